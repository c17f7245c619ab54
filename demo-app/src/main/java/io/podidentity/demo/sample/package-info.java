/**
 * What to copy into an application of your own. {@link Identity} asks the provider. {@code StorageConfiguration} gives
 * the credential to a client of the Azure SDK. {@link BlobStore} reads blobs with the client. {@link StorageError} and
 * {@link Problem} say what failed, why, and what to do next.
 */
@NullMarked
package io.podidentity.demo.sample;

import org.jspecify.annotations.NullMarked;
