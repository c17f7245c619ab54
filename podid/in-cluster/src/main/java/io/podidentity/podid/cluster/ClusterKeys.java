package io.podidentity.podid.cluster;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.json.Json;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;

/** Publishes to Entra ID the keys with which the cluster signs the tokens of service accounts. */
record ClusterKeys(KubernetesClient client, FederatedCredentials federation) {

    /** Reads them as they are now, and returns the issuer as it is in the tokens. */
    String read() {
        try {
            String issuer = String.valueOf(
                    Json.object(client.raw("/.well-known/openid-configuration")).get("issuer"));
            var keys = new ArrayList<PublicKey>();
            for (var key : JWKSet.parse(client.raw("/openid/v1/jwks")).getKeys()) {
                if (key instanceof AsymmetricJWK signing) {
                    keys.add(signing.toPublicKey());
                }
            }
            federation.publish(issuer, keys);
            return issuer;
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("The API server's OpenID documents cannot be read: " + e.getMessage(), e);
        }
    }
}
