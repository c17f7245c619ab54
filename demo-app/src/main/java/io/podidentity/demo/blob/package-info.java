/** Which blobs the identity may read; start reading at {@link io.podidentity.demo.blob.BlobStore}. */
@NullMarked
package io.podidentity.demo.blob;

import org.jspecify.annotations.NullMarked;
