import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * A cluster with workload identity, next to the emulated Azure: an issuer of service account tokens, one of its tokens
 * in a file, and an identity that trusts it. Run as {@code java -cp podid.jar WorkloadCluster.java}.
 */
final class WorkloadCluster {

    /** In the form that AKS uses, with a slash at the end. */
    private static final String ISSUER = "https://northeurope.oic.prod-aks.azure.com/emulated/cluster/";

    private static final String AUDIENCE = "api://AzureADTokenExchange";

    /** Arguments: client ID, service account (NAMESPACE:NAME), token file, ports of IMDS, Entra ID and storage. */
    public static void main(String[] arguments) throws Exception {
        String clientId = arguments[0];
        String subject = "system:serviceaccount:" + arguments[1];
        Path tokenFile = Path.of(arguments[2]);
        RSAKey key = new RSAKeyGenerator(2048).keyID("cluster").generate();
        PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .application(clientId, UUID.randomUUID().toString(), UUID.randomUUID().toString())
                .federatedCredential(clientId, ISSUER, subject, AUDIENCE)
                .issuerKey(ISSUER, key.toRSAPublicKey())
                .ports(port(arguments[3]), port(arguments[4]), port(arguments[5]))
                .onRequest(System.err::println)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(azure::close));
        Files.writeString(tokenFile, token(key, subject));
        System.out.printf(
                "{\"entra\":\"%s\",\"storage\":\"%s\",\"trustStore\":\"%s\",\"tenantId\":\"%s\"}%n",
                azure.entra(), azure.storage(), azure.trustStore(), azure.tenantId());
        new CountDownLatch(1).await();
    }

    private static int port(String argument) {
        return Integer.parseInt(argument);
    }

    /** The token that the kubelet projects into a pod, valid for an hour. */
    private static String token(RSAKey key, String subject) throws Exception {
        Instant now = Instant.now();
        var claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(subject)
                .audience(AUDIENCE)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(3600)))
                .build();
        var token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("cluster").build(), claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }
}
