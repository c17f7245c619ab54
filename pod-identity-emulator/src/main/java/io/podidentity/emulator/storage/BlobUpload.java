package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;

/** Puts a block blob whole, as clients do with small ones. */
final class BlobUpload {

    private BlobUpload() {}

    static boolean isOne(Request request) {
        return request.method().equals("PUT")
                && request.header("x-ms-blob-type").filter("BlockBlob"::equals).isPresent();
    }

    /** @throws StorageException if there is no such container, or a blob that the caller does not want to replace */
    static Answer answer(Request request, BlobStore store, String container, String name) {
        boolean onlyNew = request.header("If-None-Match").filter("*"::equals).isPresent();
        if (store.blobs(container).containsKey(name) && onlyNew) {
            throw new StorageException(StorageError.BLOB_EXISTS);
        }
        String type = request.header("x-ms-blob-content-type")
                .or(() -> request.header("Content-Type"))
                .orElse("application/octet-stream");
        store.put(container, name, type, request.body());
        StoredBlob blob = store.blob(container, name);
        return Answer.empty(201)
                .with("ETag", "\"" + blob.etag() + "\"")
                .with("Last-Modified", StoredBlob.httpDate(blob.lastModified()))
                .with("Content-MD5", blob.contentMd5())
                .with("x-ms-request-server-encrypted", "true");
    }
}
