// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.source;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Reads a small file that a setting names. */
public final class SmallFile {
    private static final int MAX_BYTES = 256 * 1024;

    private SmallFile() {}

    /**
     * Reads a file as text: UTF-8, or UTF-16 if a byte order mark says so. The mark is left out.
     *
     * @throws TokenAcquisitionException if the file is not there, cannot be read, or is too long
     */
    public static String readText(String path, String setting, String remedy) {
        byte[] bytes = readBytes(path, setting, remedy);
        Charset charset = StandardCharsets.UTF_8;
        if (hasWideMark(bytes)) {
            charset = StandardCharsets.UTF_16;
        }
        String text = new String(bytes, charset);
        if (text.startsWith("\ufeff")) {
            return text.substring(1);
        }
        return text;
    }

    /** Whether bytes begin with the byte order mark of UTF-16: FE FF or FF FE. */
    private static boolean hasWideMark(byte[] bytes) {
        return bytes.length >= 2 && (bytes[0] & 0xff) + (bytes[1] & 0xff) == 0xfe + 0xff;
    }

    /**
     * Reads a file.
     *
     * @param remedy what to do if the file is not there
     * @throws TokenAcquisitionException if the file is not there, cannot be read, or is too long
     */
    public static byte[] readBytes(String path, String setting, String remedy) {
        File file = new File(path);
        String name = "the file of " + setting + ", " + Excerpt.of(path, 120) + ", ";
        if (!file.exists()) {
            throw invalid(name + "is not there", remedy);
        }
        // A pipe that nobody writes to could keep its reader for ever.
        if (!file.isFile()) {
            throw unreadable(name + "is not a plain file", setting);
        }
        try (InputStream in = new FileInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) {
                return bytes;
            }
            throw unreadable(name + "is longer than " + MAX_BYTES / 1024 + " kB", setting);
        } catch (FileNotFoundException e) {
            if (file.exists()) {
                throw unreadable(name + "cannot be read by this user", setting);
            }
            throw invalid(name + "is not there", remedy);
        } catch (IOException e) {
            String reason = Excerpt.of(String.valueOf(e.getMessage()), 80);
            throw unreadable(name + "cannot be read (" + reason + ")", setting);
        }
    }

    private static TokenAcquisitionException unreadable(String reason, String setting) {
        return invalid(reason, "Let this program's user read it, or correct " + setting + ".");
    }

    private static TokenAcquisitionException invalid(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }
}
