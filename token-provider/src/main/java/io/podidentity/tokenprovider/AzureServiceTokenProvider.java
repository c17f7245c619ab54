package io.podidentity.tokenprovider;

public final class AzureServiceTokenProvider {
    public AzureServiceTokenProvider() {}
}
