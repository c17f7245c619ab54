// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.podidentity.emulator.manifest.ManifestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;

/** Reads the public keys by which the tokens of an issuer are verified. */
final class IssuerKeys {

    private IssuerKeys() {}

    /** @throws ManifestException if the file is no JSON Web Key Set with a public key; its message says what to do */
    static List<PublicKey> read(Path file) {
        List<PublicKey> keys;
        try {
            keys = publicKeys(JWKSet.parse(Files.readString(file)));
        } catch (ParseException | JOSEException e) {
            throw new ManifestException("--issuer-keys: " + file
                    + " is no JSON Web Key Set, such as {\"keys\": [{\"kty\": \"RSA\", ...}]}");
        } catch (IOException e) {
            throw new ManifestException(
                    "Cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
        if (keys.isEmpty()) {
            throw new ManifestException("--issuer-keys: " + file + " has no public key of an RSA or an EC key pair");
        }
        return keys;
    }

    /** Without the keys of a kind that has no public half, which verify no token. */
    private static List<PublicKey> publicKeys(JWKSet set) throws JOSEException {
        var keys = new ArrayList<PublicKey>();
        for (JWK key : set.getKeys()) {
            if (key instanceof AsymmetricJWK asymmetric) {
                keys.add(asymmetric.toPublicKey());
            }
        }
        return keys;
    }
}
