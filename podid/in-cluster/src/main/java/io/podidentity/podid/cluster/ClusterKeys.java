// SPDX-License-Identifier: Apache-2.0
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
import java.util.List;

/** Publishes, to Entra ID and to NMI, the keys with which the cluster signs the tokens of service accounts. */
record ClusterKeys(KubernetesClient client, FederatedCredentials federation, NodeTokens nodes) {

    /** Reads them as they are now, and returns the issuer as it is in the tokens. */
    String read() {
        try {
            String issuer = String.valueOf(
                    Json.object(client.raw("/.well-known/openid-configuration")).get("issuer"));
            JWKSet published = JWKSet.parse(client.raw("/openid/v1/jwks"));
            federation.publish(issuer, publicKeys(published));
            nodes.trust(issuer, published);
            return issuer;
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("The API server's OpenID documents cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<PublicKey> publicKeys(JWKSet published) throws JOSEException {
        var keys = new ArrayList<PublicKey>();
        for (var key : published.getKeys()) {
            if (key instanceof AsymmetricJWK signing) {
                keys.add(signing.toPublicKey());
            }
        }
        return keys;
    }
}
