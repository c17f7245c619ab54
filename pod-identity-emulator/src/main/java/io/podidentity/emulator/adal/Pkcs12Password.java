package io.podidentity.emulator.adal;

import io.podidentity.emulator.adal.Asn1.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.RC2Engine;
import org.bouncycastle.crypto.generators.PKCS12ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.CBCBlockCipher;

/** The password of a PKCS#12 file, with the two ciphers and the one digest that Go's library knows. Not thread-safe. */
final class Pkcs12Password {

    private static final String SHA1 = "1.3.14.3.2.26";
    private static final String TRIPLE_DES = "1.2.840.113549.1.12.1.3";
    private static final String RC2_40 = "1.2.840.113549.1.12.1.6";

    /** Each character as two bytes, and a zero; some programs write an empty password as nothing at all. */
    private byte[] bytes;

    /** @throws UnreadableCertificateException for a character outside the basic plane */
    Pkcs12Password(String password) throws UnreadableCertificateException {
        if (password.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
            throw new UnreadableCertificateException(
                    "pkcs12: string contains characters that cannot be encoded in UCS-2");
        }
        bytes = (password + '\0').getBytes(StandardCharsets.UTF_16BE);
    }

    /** @throws UnreadableCertificateException if it is not the one that made the code */
    void verify(Asn1 macData, byte[] message) throws UnreadableCertificateException, MalformedException {
        Asn1 digest = new Asn1(macData.next(Asn1.SEQUENCE, "digestInfo"));
        String algorithm = new Asn1(digest.next(Asn1.SEQUENCE, "AlgorithmIdentifier")).objectId();
        byte[] expected = digest.next(Asn1.OCTETS, "");
        byte[] salt = macData.next(Asn1.OCTETS, "");
        int iterations = macData.isAtEnd() ? 1 : macData.integer();
        if (!algorithm.equals(SHA1)) {
            throw new UnreadableCertificateException("pkcs12: unknown digest algorithm: " + algorithm);
        }
        boolean verified = Arrays.equals(expected, code(message, salt, iterations));
        if (!verified && bytes.length == 2) {
            bytes = new byte[0];
            verified = Arrays.equals(expected, code(message, salt, iterations));
        }
        if (!verified) {
            throw new UnreadableCertificateException("pkcs12: decryption password incorrect");
        }
    }

    private byte[] code(byte[] message, byte[] salt, int iterations) {
        var mac = new HMac(new SHA1Digest());
        mac.init(generator(salt, iterations).generateDerivedMacParameters(8 * mac.getMacSize()));
        mac.update(message, 0, message.length);
        byte[] code = new byte[mac.getMacSize()];
        mac.doFinal(code, 0);
        return code;
    }

    private PKCS12ParametersGenerator generator(byte[] salt, int iterations) {
        var generator = new PKCS12ParametersGenerator(new SHA1Digest());
        generator.init(bytes, salt, iterations);
        return generator;
    }

    /** @throws UnreadableCertificateException for other ciphers, or if it was encrypted by another password */
    byte[] decrypt(Asn1 algorithm, byte[] encrypted) throws UnreadableCertificateException, MalformedException {
        String name = algorithm.objectId();
        if (!name.equals(TRIPLE_DES) && !name.equals(RC2_40)) {
            throw new UnreadableCertificateException("pkcs12: algorithm " + name + " is not supported");
        }
        Asn1 parameters = new Asn1(algorithm.next(Asn1.SEQUENCE, "pbeParams"));
        var generator = generator(parameters.next(Asn1.OCTETS, ""), parameters.integer());
        boolean triple = name.equals(TRIPLE_DES);
        BlockCipher cipher = CBCBlockCipher.newInstance(triple ? new DESedeEngine() : new RC2Engine());
        CipherParameters key = generator.generateDerivedParameters(triple ? 192 : 40, 64);
        if (encrypted.length == 0 || encrypted.length % cipher.getBlockSize() != 0) {
            throw new UnreadableCertificateException(
                    encrypted.length == 0
                            ? "pkcs12: empty encrypted data"
                            : "pkcs12: input is not a multiple of the block size");
        }
        cipher.init(false, key);
        byte[] padded = new byte[encrypted.length];
        for (int i = 0; i < padded.length; i += cipher.getBlockSize()) {
            cipher.processBlock(encrypted, i, padded, i);
        }
        return withoutPadding(padded, cipher.getBlockSize());
    }

    private static byte[] withoutPadding(byte[] padded, int blockSize) throws UnreadableCertificateException {
        int count = padded[padded.length - 1];
        boolean right = count > 0 && count <= blockSize;
        for (int i = padded.length - Math.max(count, 0); right && i < padded.length; i++) {
            right = padded[i] == count;
        }
        if (!right) {
            throw new UnreadableCertificateException("pkcs12: decryption error, incorrect padding");
        }
        return Arrays.copyOf(padded, padded.length - count);
    }
}
