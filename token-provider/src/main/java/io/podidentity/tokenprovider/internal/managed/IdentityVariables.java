package io.podidentity.tokenprovider.internal.managed;

/** The variables that name a user-assigned identity, by one of its IDs. */
public final class IdentityVariables {
    /** As the Azure SDKs know it. It may be meant for another source, so the other two win over it. */
    public static final String CLIENT_ID = "AZURE_CLIENT_ID";

    public static final String OBJECT_ID = "AZURE_MANAGED_IDENTITY_OBJECT_ID";
    public static final String RESOURCE_ID = "AZURE_MANAGED_IDENTITY_RESOURCE_ID";

    private IdentityVariables() {}
}
