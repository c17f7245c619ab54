package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.podidentity.emulator.plan.EntraKeys;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.SigningKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Consumer;

/** Keeps in a Secret what pods trust, since they trust it longer than one process of podid runs. */
final class KeptKeys {

    /** Also what pods call the ConfigMap with what they trust. */
    static final String NAME = "emulated-azure-ca";

    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";
    private static final String SIGNING = "entra.jwk";

    private KeptKeys() {}

    /**
     * The keys of this cluster; the first time new ones, which the log tells of. An authority that is about to end is
     * renewed.
     */
    static EntraKeys of(KubernetesClient client, Instant now, Consumer<String> log) {
        Secret kept = client.secrets().withName(NAME).get();
        if (kept == null) {
            CertificateAuthority made = CertificateAuthority.kept(now);
            client.resource(secret(made, SigningKey.ofEntra())).create();
            log.accept("made a new CA: pods that an earlier podid has changed (annotation "
                    + AdmissionEndpoint.ANNOTATION + ") do not trust it, and may know another address of podid, until"
                    + " they start again");
            return new EntraKeys(made, SigningKey::ofEntra);
        }
        CertificateAuthority read = CertificateAuthority.read(value(kept, CERTIFICATE), value(kept, KEY));
        CertificateAuthority authority = read.renewed(now);
        SigningKey signing = SigningKey.read(value(kept, SIGNING));
        if (!authority.pem().equals(read.pem())) {
            client.resource(secret(authority, signing)).update();
        }
        return new EntraKeys(authority, () -> signing);
    }

    private static Secret secret(CertificateAuthority authority, SigningKey signing) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(NAME)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .addToStringData(CERTIFICATE, authority.pem())
                .addToStringData(KEY, authority.keyPem())
                .addToStringData(SIGNING, signing.jwk())
                .build();
    }

    private static String value(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().getOrDefault(key, "")), StandardCharsets.UTF_8);
    }
}
