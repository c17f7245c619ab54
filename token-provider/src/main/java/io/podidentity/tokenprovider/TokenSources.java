package io.podidentity.tokenprovider;

/**
 * The sources there are, to be put into a chain of one's own by {@link AzureServiceTokenProvider.Builder#sources}. Each
 * reads the process's environment variables, as the default chain does.
 */
public final class TokenSources {
    private TokenSources() {}

    /** The account of {@code az login}, in the subscription that is set. */
    public static TokenSource azureCli() {
        return AzureCliTokenSource.of(Environment.ofProcess());
    }

    /**
     * The account of {@code az login} that a subscription belongs to.
     *
     * @param subscription the subscription's name or ID; letters, digits, blanks and {@code -._}
     * @throws IllegalArgumentException if it is blank
     */
    public static TokenSource azureCli(String subscription) {
        if (subscription.isBlank()) {
            throw new IllegalArgumentException("subscription must not be blank");
        }
        Environment environment = Environment.ofProcess();
        return new AzureCliTokenSource(
                environment, new SystemProcessRunner(environment), Time.SYSTEM, null, subscription);
    }

    /** The account of {@code azd auth login}. */
    public static TokenSource azureDeveloperCli() {
        Environment environment = Environment.ofProcess();
        return new AzureDeveloperCliTokenSource(environment, new SystemProcessRunner(environment));
    }

    /**
     * The account of {@code Connect-AzAccount} in PowerShell, with the module Az.Accounts 2.2.0 or later. A change of
     * account is noticed when the token is refreshed, or by {@link AzureServiceTokenProvider#invalidate()}.
     */
    public static TokenSource azurePowerShell() {
        Environment environment = Environment.ofProcess();
        return new AzurePowerShellTokenSource(environment, new SystemProcessRunner(environment));
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

    /**
     * The identity that this pod's service account stands for, by the variables that the workload identity webhook puts
     * into a pod: {@code AZURE_TENANT_ID}, {@code AZURE_CLIENT_ID} and {@code AZURE_FEDERATED_TOKEN_FILE}. Where the
     * cluster has identity bindings, its token proxy ({@code AZURE_KUBERNETES_TOKEN_PROXY}) is asked in Entra ID's
     * place; the default chain leaves that proxy alone, as the Azure SDKs do.
     */
    public static TokenSource workloadIdentity() {
        return new WorkloadIdentityTokenSource(
                Environment.ofProcess(), new UrlConnectionTransport(Time.SYSTEM), Time.SYSTEM, true);
    }
}
