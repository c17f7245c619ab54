package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.BlobRole;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The built-in roles that the emulator knows; their GUIDs are the same in every tenant of Azure. */
enum BuiltInRole {
    OWNER("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    CONTRIBUTOR("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    READER("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
    ACR_PULL("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull"),
    ACR_PUSH("8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush"),
    IDENTITY_OPERATOR("f1a07417-d97a-45cb-824c-7a7467783830", "Managed Identity Operator"),
    MACHINE_CONTRIBUTOR("9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor"),
    BLOB_READER("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader"),
    BLOB_CONTRIBUTOR("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"),
    BLOB_OWNER("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner");

    private final String guid;
    private final String displayName;

    BuiltInRole(String guid, String displayName) {
        this.guid = guid;
        this.displayName = displayName;
    }

    /** The one that {@code roleDefinitionId} ends in. */
    static Optional<BuiltInRole> of(String roleDefinitionId) {
        return Arrays.stream(values())
                .filter(role -> roleDefinitionId.endsWith("/" + role.guid))
                .findFirst();
    }

    /** What it permits with blobs, if anything. */
    Optional<BlobRole> blobRole() {
        return Arrays.stream(BlobRole.values())
                .filter(role -> role.displayName().equals(displayName))
                .findFirst();
    }

    String displayName() {
        return displayName;
    }

    Document definition(String subscription) {
        String type = "Microsoft.Authorization/roleDefinitions";
        return Document.of(ResourceId.parse("/subscriptions/" + subscription + "/providers/" + type + "/" + guid), type)
                .withProperty("roleName", displayName)
                .withProperty("type", "BuiltInRole")
                .withProperty("assignableScopes", List.of("/"));
    }
}
