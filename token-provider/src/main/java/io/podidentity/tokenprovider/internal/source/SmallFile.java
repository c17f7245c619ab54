package io.podidentity.tokenprovider.internal.source;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads a file that a setting names, whose contents are no more than some kB. */
public final class SmallFile {
    private static final int MAX_BYTES = 256 * 1024;

    private SmallFile() {}

    /**
     * The file's contents as text, which is UTF-8, or UTF-16 if it begins with a byte order mark that says so. The mark
     * is left out.
     */
    public static String text(String path, String setting, String remedy) {
        byte[] bytes = read(path, setting, remedy);
        boolean wide = bytes.length >= 2 && (bytes[0] & 0xff) + (bytes[1] & 0xff) == 0xfe + 0xff;
        String text = new String(bytes, wide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    /**
     * The file's contents.
     *
     * @throws TokenAcquisitionException if it is not there, cannot be read, or is too long
     */
    public static byte[] read(String path, String setting, String remedy) {
        File file = new File(path);
        String problem = "is not there";
        // What is no file, such as a pipe that nobody writes to, could keep its reader for ever.
        if (file.isFile()) {
            try (InputStream in = new FileInputStream(file)) {
                byte[] bytes = in.readNBytes(MAX_BYTES + 1);
                if (bytes.length <= MAX_BYTES) {
                    return bytes;
                }
                problem = "is longer than " + MAX_BYTES / 1024 + " kB";
            } catch (FileNotFoundException e) {
                problem = file.exists() ? "cannot be read by this user" : "is not there";
            } catch (IOException e) {
                problem = "cannot be read (" + Excerpt.of(String.valueOf(e.getMessage()), 80) + ")";
            }
        } else if (file.exists()) {
            problem = "is not a plain file";
        }
        boolean absent = problem.equals("is not there");
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                "the file of " + setting + ", " + Excerpt.of(path, 120) + ", " + problem,
                absent ? remedy : "Let this program's user read it, or correct " + setting + ".");
    }
}
