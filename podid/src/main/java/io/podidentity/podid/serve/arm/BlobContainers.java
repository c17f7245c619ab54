package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.storage.BlobStore;

/** Containers of blobs, as Resource Manager makes them: the caller needs no right to read or write blobs for it. */
final class BlobContainers implements ResourceType {

    private final BlobStore blobs;

    BlobContainers(BlobStore blobs) {
        this.blobs = blobs;
    }

    @Override
    public String name() {
        return "Microsoft.Storage/storageAccounts/blobServices/containers";
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        return asked.withProperty("publicAccess", "None");
    }

    @Override
    public void made(ArmResource container) {
        blobs.addContainer(container.id().name());
    }
}
