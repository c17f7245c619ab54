// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * The 64-bit checksum of Azure Storage, which is CRC-64/NVME: reflected, with all bits set at the begin and inverted at
 * the end.
 */
final class Crc64 {

    private static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;
    private static final long[] TABLE = new long[256];

    static {
        for (int index = 0; index < TABLE.length; index++) {
            long rest = index;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                rest = (rest & 1) == 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
            }
            TABLE[index] = rest;
        }
    }

    private Crc64() {}

    /** The checksum as headers have it: the lowest byte first, in base64. */
    static String of(byte[] content) {
        long crc = -1L;
        for (byte next : content) {
            crc = TABLE[(int) (crc ^ next) & 0xFF] ^ (crc >>> Byte.SIZE);
        }
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(~crc)
                .array();
        return Base64.getEncoder().encodeToString(bytes);
    }
}
