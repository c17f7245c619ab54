package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.podidentity.emulator.tls.CertificateAuthority;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Keeps the certificate authority in a Secret, since pods trust it longer than one process of podid runs. */
final class KeptAuthority {

    /** Also what pods call the ConfigMap with what they trust. */
    static final String NAME = "emulated-azure-ca";

    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";

    private KeptAuthority() {}

    /**
     * The authority of this cluster; the first time a new one.
     *
     * @throws IllegalArgumentException if something else is in the Secret
     * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server refuses
     */
    static CertificateAuthority of(KubernetesClient client) {
        Secret kept = client.secrets().withName(NAME).get();
        if (kept != null) {
            return CertificateAuthority.read(value(kept, CERTIFICATE), value(kept, KEY));
        }
        CertificateAuthority made = CertificateAuthority.kept();
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .addToStringData(CERTIFICATE, made.pem())
                        .addToStringData(KEY, made.keyPem())
                        .build())
                .create();
        return made;
    }

    private static String value(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().getOrDefault(key, "")), StandardCharsets.UTF_8);
    }
}
