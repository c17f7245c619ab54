// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps in a Secret what pods trust, since they trust it longer than one process of podid runs: the certificate
 * authority, and the key of each tenant. Thread-safe.
 */
final class KeptKeys implements SigningKeys {

    /** Also what pods call the ConfigMap with what they trust. */
    static final String NAME = "emulated-azure-ca";

    private static final String CERTIFICATE = "tls.crt";
    private static final String ISSUER = "issuer.crt";
    private static final String KEY = "tls.key";
    private static final String SIGNING = "entra.jwk";
    private static final Pattern SIGNING_OF_TENANT = Pattern.compile("entra\\.(.+)\\.jwk");

    private final KubernetesClient client;
    private final CertificateAuthority authority;
    private final SigningKey own;
    private final Map<String, SigningKey> ofTenants = new ConcurrentHashMap<>();

    private KeptKeys(KubernetesClient client, CertificateAuthority authority, SigningKey own) {
        this.client = client;
        this.authority = authority;
        this.own = own;
    }

    /**
     * The keys of this cluster; the first time new ones, which the log tells of. An authority that is about to end is
     * renewed. One that may not sign for these hosts, or that may sign for every host, is replaced.
     *
     * @param hosts that the certificates of podid's servers need
     */
    static KeptKeys read(KubernetesClient client, Instant now, Set<String> hosts, Consumer<String> log) {
        Secret kept = client.secrets().withName(NAME).get();
        if (kept == null) {
            var made = new KeptKeys(client, newAuthority(now, hosts, log), SigningKey.ofEntra());
            client.resource(made.secret()).create();
            return made;
        }
        Optional<CertificateAuthority> usable = authority(kept, now).filter(authority -> authority.permits(hosts));
        CertificateAuthority authority = usable.orElseGet(() -> newAuthority(now, hosts, log));
        var keys = new KeptKeys(client, authority, SigningKey.read(value(kept, SIGNING)));
        for (String name : kept.getData().keySet()) {
            Matcher tenant = SIGNING_OF_TENANT.matcher(name);
            if (tenant.matches()) {
                keys.ofTenants.put(tenant.group(1), SigningKey.read(value(kept, name)));
            }
        }
        if (!authority.pem().equals(value(kept, CERTIFICATE))) {
            client.resource(keys.secret()).update();
        }
        return keys;
    }

    /** Empty if an earlier podid has kept one without an issuer, which could sign for every host. */
    private static Optional<CertificateAuthority> authority(Secret kept, Instant now) {
        return kept.getData().containsKey(ISSUER)
                ? Optional.of(CertificateAuthority.read(value(kept, CERTIFICATE), value(kept, ISSUER), value(kept, KEY))
                        .renewed(now))
                : Optional.empty();
    }

    private static CertificateAuthority newAuthority(Instant now, Set<String> hosts, Consumer<String> log) {
        log.accept("made a new CA: pods that an earlier podid has changed (annotation "
                + AdmissionEndpoint.ANNOTATION + ") do not trust it, and may know another address of podid, until"
                + " they start again");
        return CertificateAuthority.kept(now, hosts);
    }

    /** Has signed the certificates of podid's servers. */
    CertificateAuthority authority() {
        return authority;
    }

    @Override
    public SigningKey of(String tenantId) {
        return ofTenants.getOrDefault(tenantId.toLowerCase(Locale.ROOT), own);
    }

    /** Makes and keeps a key for each tenant that has none yet. */
    synchronized void provide(Collection<String> tenants) {
        int before = ofTenants.size();
        for (String tenant : tenants) {
            ofTenants.computeIfAbsent(tenant.toLowerCase(Locale.ROOT), made -> SigningKey.create());
        }
        if (ofTenants.size() > before) {
            client.resource(secret()).update();
        }
    }

    private Secret secret() {
        var secret = new SecretBuilder()
                .withNewMetadata()
                .withName(NAME)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .addToStringData(CERTIFICATE, authority.pem())
                .addToStringData(ISSUER, authority.issuerPem())
                .addToStringData(KEY, authority.keyPem())
                .addToStringData(SIGNING, own.jwk());
        ofTenants.forEach((tenant, key) -> secret.addToStringData("entra." + tenant + ".jwk", key.jwk()));
        return secret.build();
    }

    private static String value(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().getOrDefault(key, "")), StandardCharsets.UTF_8);
    }
}
