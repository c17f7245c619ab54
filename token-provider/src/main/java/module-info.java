/**
 * Microsoft Entra ID access tokens with no secret in the program; start with
 * {@link io.podidentity.tokenprovider.AzureServiceTokenProvider}.
 */
@org.jspecify.annotations.NullMarked
module io.podidentity.tokenprovider {
    requires static transitive org.jspecify;
    requires static transitive com.azure.core;
    requires static com.azure.identity;
    requires static jdk.jfr;

    exports io.podidentity.tokenprovider;
    exports io.podidentity.tokenprovider.azure;
    exports io.podidentity.tokenprovider.jfr;
}
