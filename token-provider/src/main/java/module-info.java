/**
 * Microsoft Entra ID access tokens with no secret in the program: on a laptop from {@code az login}, in a pod on AKS
 * from the pod's identity, by the same code.
 *
 * <pre>{@code
 * var provider = new AzureServiceTokenProvider();
 * String token = provider.getAccessToken("https://storage.azure.com/");
 * }</pre>
 *
 * <p>One provider is enough for a program; all of its threads may use it. Next:
 *
 * <ul>
 *   <li>{@link io.podidentity.tokenprovider.AzureServiceTokenProvider} has the calls that wait, those that do not, and
 *       {@code explain()}, which says where a token comes from
 *   <li>{@link io.podidentity.tokenprovider.azure.TokenProviderCredential} is a provider as a client of the Azure SDK
 *       wants it; a module that uses it requires {@code com.azure.core} itself
 *   <li>{@link io.podidentity.tokenprovider.TokenAcquisitionException} says what was tried, why it failed and what to
 *       do
 *   <li>{@link io.podidentity.tokenprovider.TokenSource} is a place that issues tokens, and what a test gives the
 *       provider in place of Azure
 *   <li>{@link io.podidentity.tokenprovider.TokenListener} is told of each request
 * </ul>
 */
@org.jspecify.annotations.NullMarked
module io.podidentity.tokenprovider {
    requires static org.jspecify;
    requires static com.azure.core;
    requires static com.azure.identity;
    requires static jdk.jfr;

    exports io.podidentity.tokenprovider;
    exports io.podidentity.tokenprovider.azure;
    exports io.podidentity.tokenprovider.jfr;
}
