import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The Azure that the clients judge: World FOLDER writes world.env, a variable per line, into that folder and serves
 * until it is stopped. The folder has registered.pem, a certificate that the application may sign with.
 */
final class World {

    private static final String APPLICATION = "30000000-0000-4000-8000-0000000000aa";
    private static final String TOOL = "30000000-0000-4000-8000-0000000000bb";
    private static final String UNKNOWN = "30000000-0000-4000-8000-0000000000cc";
    private static final String TRUSTED = "20000000-0000-4000-8000-0000000000aa";
    private static final String OTHER = "20000000-0000-4000-8000-0000000000bb";
    private static final String TENANT = "10000000-0000-4000-8000-0000000000aa";
    private static final String AUDIENCE = "api://AzureADTokenExchange";

    private World() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        String secret = UUID.randomUUID().toString();
        String expired = UUID.randomUUID().toString();
        String issuer = "https://login.microsoftonline.com/" + TENANT + "/v2.0";
        PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .identity(new ManagedIdentity("trusted", TRUSTED, "trusted"), new ManagedIdentity("other", OTHER, "other"))
                .application(APPLICATION, "application", secret)
                .expiredSecret(APPLICATION, expired)
                .certificate(APPLICATION, certificate(folder.resolve("registered.pem")))
                .federatedCredential(APPLICATION, issuer, "trusted", AUDIENCE)
                .federatedServiceAccount(APPLICATION, "system:serviceaccount:shop:app", Duration.ZERO)
                .publicClient(TOOL, "tool")
                .start();
        var world = new TreeMap<String, String>();
        world.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.imds().toString());
        world.put("ENTRA", azure.entra() + "/");
        world.put("TENANT", TENANT);
        world.put("APPLICATION", APPLICATION);
        world.put("TOOL", TOOL);
        world.put("UNKNOWN", UNKNOWN);
        world.put("TRUSTED", TRUSTED);
        world.put("OTHER", OTHER);
        world.put("SECRET", secret);
        world.put("EXPIRED", expired);
        for (String account : new String[] {"app", "other"}) {
            Path token = folder.resolve(account + ".token");
            Files.writeString(token, azure.serviceAccountToken("shop", account, Duration.ofHours(1), AUDIENCE));
            world.put("TOKEN_OF_" + account.toUpperCase(Locale.ROOT), token.toString());
        }
        world.put("REGISTERED", folder.resolve("registered.pem").toString());
        world.put("UNREGISTERED", folder.resolve("unregistered.pem").toString());
        String ca = azure.certificateAuthority().toString();
        world.put("NODE_EXTRA_CA_CERTS", ca);
        world.put("REQUESTS_CA_BUNDLE", ca);
        world.put(
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStorePassword=changeit -Djavax.net.ssl.trustStore=" + azure.trustStore());
        write(world, folder);
        Thread.currentThread().join();
    }

    /** The file is there only as a whole. */
    private static void write(Map<String, String> world, Path folder) throws IOException {
        var text = new StringBuilder();
        world.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
        Path part = Files.writeString(folder.resolve("world.part"), text);
        Files.move(part, folder.resolve("world.env"));
    }

    private static X509Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(pem)) {
            // The private key stands behind the certificate.
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
