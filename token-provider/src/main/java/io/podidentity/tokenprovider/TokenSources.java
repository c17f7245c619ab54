package io.podidentity.tokenprovider;

/**
 * The sources there are, to be put into a chain of one's own by {@link AzureServiceTokenProvider.Builder#sources}. Each
 * reads the process's environment variables, as the default chain does.
 */
public final class TokenSources {
    private TokenSources() {}

    /** The account of {@code az login}. */
    public static TokenSource azureCli() {
        Environment environment = Environment.ofProcess();
        return new AzureCliTokenSource(environment, new SystemProcessRunner(environment), Time.SYSTEM, null);
    }

    /**
     * The managed identity of this machine or pod, from the instance metadata service, which is taken to be there: a
     * busy one is waited for as long as the deadline allows. {@code AZURE_CLIENT_ID} names a user-assigned identity,
     * {@code AZURE_POD_IDENTITY_AUTHORITY_HOST} replaces the service's base URL.
     */
    public static TokenSource imds() {
        return new ImdsTokenSource(
                Environment.ofProcess(), new UrlConnectionTransport(Time.SYSTEM), Time.SYSTEM, false);
    }
}
