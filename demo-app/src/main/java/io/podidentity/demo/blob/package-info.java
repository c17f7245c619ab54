/** Which blobs the identity may read. Start with {@link io.podidentity.demo.blob.BlobStore}. */
@NullMarked
package io.podidentity.demo.blob;

import org.jspecify.annotations.NullMarked;
