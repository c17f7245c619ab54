// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.Pkcs12File;
import io.podidentity.emulator.azure.CertificateFiles;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.junit.jupiter.api.Test;

class Pkcs12Test {

    private static final Instant NOW = Instant.parse("2020-01-25T09:55:08Z");
    private static final byte[] OLD = Pkcs12File.legacy("p");

    @Test
    void assertion_ofAnOldFile_isSignedByItsKey() throws Exception {
        String assertion = Pkcs12.read(OLD, "p").assertion("c1", "https://entra/t0/oauth2/token", NOW);

        SignedJWT jwt = SignedJWT.parse(assertion);
        PublicKey key = CertificateFiles.ofPkcs12(OLD, "p").orElseThrow().getPublicKey();
        assertThat(jwt.verify(new RSASSAVerifier((RSAPublicKey) key))).isTrue();
        assertThat(jwt.getHeader().toJSONObject()).containsEntry("alg", "RS256").containsKey("x5t");
        assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo("c1");
        assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo("c1");
        assertThat(jwt.getJWTClaimsSet().getAudience()).containsExactly("https://entra/t0/oauth2/token");
        assertThat(jwt.getJWTClaimsSet().getExpirationTime()).isEqualTo(Date.from(NOW.plus(Duration.ofDays(1))));
    }

    @Test
    void toString_always_showsNothingOfTheKey() throws Exception {
        assertThat(Pkcs12.read(OLD, "p")).hasToString("Pkcs12");
    }

    @Test
    void read_ofAFileThatGoCannotRead_namesTheDigest() {
        assertThatExceptionOfType(Pkcs12.UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(Pkcs12File.modern("p"), "p"))
                .withMessage("pkcs12: unknown digest algorithm: 2.16.840.1.101.3.4.2.1");
    }

    @Test
    void read_withAnotherPassword_saysSo() {
        assertThatExceptionOfType(Pkcs12.UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(OLD, "q"))
                .withMessage("pkcs12: decryption password incorrect");
    }

    @Test
    void read_ofSomethingElse_saysSo() {
        assertThatExceptionOfType(Pkcs12.UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(new byte[] {1, 2, 3}, "p"))
                .withMessageStartingWith("pkcs12: error reading P12 data: asn1: structure error: tags don't match");
    }

    /** Go reads what is inside before it looks at what is behind. */
    @Test
    void read_ofACertificateInItsPlace_saysWhatIsInsideAndNotWhatIsBehind() {
        byte[] certificateAndLineBreak = {0x30, 0x04, 0x30, 0x02, 0x05, 0x00, '\n'};
        byte[] fileAndLineBreak = Arrays.copyOf(OLD, OLD.length + 1);

        assertThatExceptionOfType(Pkcs12.UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(certificateAndLineBreak, "p"))
                .withMessageContaining("tags don't match (2 vs {class:0 tag:16 length:2 isCompound:true})");
        assertThatExceptionOfType(Pkcs12.UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(fileAndLineBreak, "p"))
                .withMessage("pkcs12: error reading P12 data: pkcs12: trailing data found");
    }
}
