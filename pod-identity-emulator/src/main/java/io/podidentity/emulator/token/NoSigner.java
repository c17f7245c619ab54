package io.podidentity.emulator.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import java.util.Set;

/** Puts a word where the signature belongs. */
final class NoSigner implements JWSSigner {

    private final JCAContext context = new JCAContext();

    @Override
    public Base64URL sign(JWSHeader header, byte[] input) {
        return Base64URL.encode("not signed");
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
        return Set.of(JWSAlgorithm.RS256);
    }

    @Override
    public JCAContext getJCAContext() {
        return context;
    }
}
