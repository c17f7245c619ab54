package io.podidentity.podid.serve.arm;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Storage accounts. All lead to the one that the emulator serves. */
final class StorageAccounts implements ResourceType {

    private final ResourceStore store;
    private final URI storage;

    StorageAccounts(ResourceStore store, URI storage) {
        this.store = store;
        this.storage = storage;
    }

    @Override
    public String name() {
        return "Microsoft.Storage/storageAccounts";
    }

    @Override
    public Duration time() {
        return Duration.ofSeconds(1);
    }

    @Override
    public boolean answersLater() {
        return true;
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        if (!id.name().matches("[a-z0-9]{3,24}")) {
            throw new ArmException(
                    400,
                    "AccountNameInvalid",
                    id.name() + " is not a valid storage account name. Storage account name must be between 3 and 24"
                            + " characters in length and use numbers and lower-case letters only.");
        }
        return asked.withProperty("primaryEndpoints", Map.of("blob", storage + "/"));
    }

    /** Containers are made in the account's one blob service, which exists without being created. */
    @Override
    public void made(ArmResource account) {
        store.put(new ArmResource(ResourceId.parse(account.id().text() + "/blobServices/default"), Document.EMPTY));
    }
}
