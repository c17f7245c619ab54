import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.AadCredentialBuilderBase;
import com.azure.identity.ClientAssertionCredentialBuilder;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DeviceCodeCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.DeviceCodeFlowParameters;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import com.microsoft.aad.msal4j.PublicClientApplication;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The scenarios by Azure's libraries for Java: Judge VERSION prints client, row and outcome, separated by tabs. */
final class Judge {

    private static final String SCOPE = "https://storage.azure.com/.default";
    private static final String EXCHANGE = "api://AzureADTokenExchange";
    private static final Pattern CODE = Pattern.compile("AADSTS\\d+");
    private static final Pattern NO_IDENTITY =
            Pattern.compile("identity.not.found|not been assigned", Pattern.CASE_INSENSITIVE);

    private static String client;

    private Judge() {}

    public static void main(String[] arguments) throws Exception {
        client = "azure-identity " + arguments[0] + " (Java)";
        azureIdentity();
        client = "msal4j of azure-identity " + arguments[0];
        msal();
        System.exit(0);
    }

    private static String of(String name) {
        return System.getenv(name);
    }

    private static void row(String row, Callable<String> token) {
        System.out.println(client + "\t" + row + "\t" + outcome(token));
    }

    private static String outcome(Callable<String> token) {
        try {
            return token.call().startsWith("eyJ") ? "token" : "no token";
        } catch (Exception e) {
            var text = new StringWriter();
            e.printStackTrace(new PrintWriter(text));
            Matcher code = CODE.matcher(text.toString());
            if (code.find()) {
                return code.group();
            }
            return NO_IDENTITY.matcher(text.toString()).find() ? "no identity" : String.valueOf(e.getMessage());
        }
    }

    private static String token(TokenCredential credential, String scope) {
        return credential.getTokenSync(new TokenRequestContext().addScopes(scope)).getToken();
    }

    private static <B extends AadCredentialBuilderBase<B>> B at(B builder, String tenant, String clientId) {
        return builder.authorityHost(of("ENTRA")).tenantId(tenant).clientId(clientId).disableInstanceDiscovery();
    }

    private static TokenCredential secret(String tenant, String clientId, String secret) {
        return at(new ClientSecretCredentialBuilder(), tenant, clientId).clientSecret(secret).build();
    }

    private static TokenCredential certificate(String file) {
        return at(new ClientCertificateCredentialBuilder(), of("TENANT"), of("APPLICATION"))
                .pemCertificate(of(file))
                .build();
    }

    private static TokenCredential managed(String clientId) {
        return new ManagedIdentityCredentialBuilder().clientId(clientId).build();
    }

    private static TokenCredential assertedBy(String identity) {
        TokenCredential managed = managed(identity);
        return at(new ClientAssertionCredentialBuilder(), of("TENANT"), of("APPLICATION"))
                .clientAssertion(() -> token(managed, EXCHANGE + "/.default"))
                .build();
    }

    private static TokenCredential account(String file) {
        return at(new WorkloadIdentityCredentialBuilder(), of("TENANT"), of("APPLICATION"))
                .tokenFilePath(of(file))
                .build();
    }

    private static TokenCredential device(String clientId) {
        return at(new DeviceCodeCredentialBuilder(), of("TENANT"), clientId).challengeConsumer(code -> {}).build();
    }

    private static void azureIdentity() {
        String tenant = of("TENANT");
        String application = of("APPLICATION");
        row("secret, right", () -> token(secret(tenant, application, of("SECRET")), SCOPE));
        row("secret, wrong", () -> token(secret(tenant, application, "wrong"), SCOPE));
        row("secret, expired", () -> token(secret(tenant, application, of("EXPIRED")), SCOPE));
        row("certificate, registered", () -> token(certificate("REGISTERED"), SCOPE));
        row("certificate, not registered", () -> token(certificate("UNREGISTERED"), SCOPE));
        row("managed identity's token, trusted", () -> token(assertedBy(of("TRUSTED")), SCOPE));
        row("managed identity's token, of another identity", () -> token(assertedBy(of("OTHER")), SCOPE));
        row("service account's token, trusted", () -> token(account("TOKEN_OF_APP"), SCOPE));
        row("service account's token, of another account", () -> token(account("TOKEN_OF_OTHER"), SCOPE));
        row("tenant, unknown", () -> token(secret(of("UNKNOWN"), application, of("SECRET")), SCOPE));
        row("application, unknown", () -> token(secret(tenant, of("UNKNOWN"), of("SECRET")), SCOPE));
        row("resource, unknown", () -> token(secret(tenant, application, of("SECRET")), "https://vaultt.azure.net/.default"));
        row("device code, public client", () -> token(device(of("TOOL")), SCOPE));
        row("device code, unknown client", () -> token(device(of("UNKNOWN")), SCOPE));
        row("metadata service, known client ID", () -> token(managed(of("TRUSTED")), SCOPE));
        row("metadata service, unknown client ID", () -> token(managed(of("UNKNOWN")), SCOPE));
    }

    private static String authority(String tenant) {
        return of("ENTRA") + tenant;
    }

    private static String confidential(String tenant, String clientId, IClientCredential credential, String scope)
            throws Exception {
        var parameters = ClientCredentialParameters.builder(Set.of(scope)).build();
        return ConfidentialClientApplication.builder(clientId, credential)
                .authority(authority(tenant))
                .instanceDiscovery(false)
                .build()
                .acquireToken(parameters)
                .get()
                .accessToken();
    }

    private static String application(IClientCredential credential) throws Exception {
        return confidential(of("TENANT"), of("APPLICATION"), credential, SCOPE);
    }

    private static IClientCredential secret(String value) {
        return ClientCredentialFactory.createFromSecret(value);
    }

    private static IClientCredential signed(String file) throws Exception {
        String pem = Files.readString(Path.of(of(file)));
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        String key = pem.replaceAll("(?s).*BEGIN PRIVATE KEY-----(.*)-----END PRIVATE KEY.*", "$1");
        PrivateKey secret = KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key)));
        return ClientCredentialFactory.createFromCertificate(secret, certificate);
    }

    private static String metadata(String clientId, String resource) throws Exception {
        return ManagedIdentityApplication.builder(ManagedIdentityId.userAssignedClientId(clientId))
                .build()
                .acquireTokenForManagedIdentity(ManagedIdentityParameters.builder(resource).build())
                .get()
                .accessToken();
    }

    private static IClientCredential asserted(String assertion) {
        return ClientCredentialFactory.createFromClientAssertion(assertion);
    }

    private static String byDevice(String clientId) throws Exception {
        return PublicClientApplication.builder(clientId)
                .authority(authority(of("TENANT")))
                .instanceDiscovery(false)
                .build()
                .acquireToken(DeviceCodeFlowParameters.builder(Set.of(SCOPE), code -> {}).build())
                .get()
                .accessToken();
    }

    private static void msal() {
        String tenant = of("TENANT");
        String application = of("APPLICATION");
        row("secret, right", () -> application(secret(of("SECRET"))));
        row("secret, wrong", () -> application(secret("wrong")));
        row("secret, expired", () -> application(secret(of("EXPIRED"))));
        row("certificate, registered", () -> application(signed("REGISTERED")));
        row("certificate, not registered", () -> application(signed("UNREGISTERED")));
        row("managed identity's token, trusted", () -> application(asserted(metadata(of("TRUSTED"), EXCHANGE))));
        row("managed identity's token, of another identity", () -> application(asserted(metadata(of("OTHER"), EXCHANGE))));
        row("service account's token, trusted", () -> application(asserted(Files.readString(Path.of(of("TOKEN_OF_APP"))))));
        row("service account's token, of another account", () -> application(asserted(Files.readString(Path.of(of("TOKEN_OF_OTHER"))))));
        row("tenant, unknown", () -> confidential(of("UNKNOWN"), application, secret(of("SECRET")), SCOPE));
        row("application, unknown", () -> confidential(tenant, of("UNKNOWN"), secret(of("SECRET")), SCOPE));
        row("resource, unknown", () -> confidential(tenant, application, secret(of("SECRET")), "https://vaultt.azure.net/.default"));
        row("device code, public client", () -> byDevice(of("TOOL")));
        row("device code, unknown client", () -> byDevice(of("UNKNOWN")));
        row("metadata service, known client ID", () -> metadata(of("TRUSTED"), "https://storage.azure.com"));
        row("metadata service, unknown client ID", () -> metadata(of("UNKNOWN"), "https://storage.azure.com"));
    }
}
