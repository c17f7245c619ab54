// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads the key that the agent of Azure Arc wants to see. The agent's challenge names the file. Another program at the
 * agent's address could name any file, so only a small plain file in the agent's own folder is read.
 */
final class ArcKey {
    private static final int MAX_BYTES = 4096;
    private static final String REMEDY = "Check what answers in the agent's place.";

    private final Environment environment;
    private final File root;

    ArcKey(Environment environment, File root) {
        this.environment = environment;
        this.root = root;
    }

    String read(@Nullable String challenge) {
        String path = readPath(challenge);
        int end = path.lastIndexOf(environment.windows() ? '\\' : '/');
        String name = path.substring(end + 1);
        String folder = path.substring(0, Math.max(end, 0));
        if (!isAgentsFolder(folder) || !isKeyName(name)) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    "the challenge names " + Excerpt.of(path, 120) + ", and keys are files *.key in " + agentsFolder(),
                    REMEDY);
        }
        return readFile(path);
    }

    private boolean isAgentsFolder(String folder) {
        if (environment.windows()) {
            return folder.equalsIgnoreCase(agentsFolder());
        }
        return folder.equals(agentsFolder());
    }

    /**
     * Whether a name is that of a key. On Windows, a colon would name a stream of a file, and a slash separates too.
     */
    private static boolean isKeyName(String name) {
        boolean hasSuffix = name.endsWith(".key") && name.length() > ".key".length();
        return hasSuffix && name.indexOf(':') < 0 && name.indexOf('/') < 0;
    }

    private static String readPath(@Nullable String challenge) {
        if (challenge == null) {
            throw new TokenAcquisitionException(Code.INVALID_RESPONSE, "HTTP 401 without a challenge", REMEDY);
        }
        String path = readRealm(challenge.strip());
        if (path.length() > 1 && path.startsWith("\"") && path.endsWith("\"")) {
            path = path.substring(1, path.length() - 1);
        }
        if (path.isEmpty()) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE, "HTTP 401 with a challenge that is not 'Basic realm=FILE'", REMEDY);
        }
        return path;
    }

    /** The value of the realm of a basic challenge; empty for any other challenge. */
    private static String readRealm(String challenge) {
        if (!challenge.regionMatches(true, 0, "Basic ", 0, 6)) {
            return "";
        }
        String parameter = challenge.substring(6).strip();
        int equals = parameter.indexOf('=');
        if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("realm")) {
            return parameter.substring(equals + 1).strip();
        }
        return "";
    }

    private String agentsFolder() {
        if (!environment.windows()) {
            return "/var/opt/azcmagent/tokens";
        }
        String programs = environment.get("ProgramData");
        if (programs == null) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION, "ProgramData is not set", "Set it, as Windows does for each process.");
        }
        return programs + "\\AzureConnectedMachineAgent\\Tokens";
    }

    private String readFile(String path) {
        try {
            return readFile(path, locate(path));
        } catch (AccessDeniedException e) {
            throw unreadable(path, "cannot be read by this user");
        } catch (NoSuchFileException | InvalidPathException e) {
            throw unreadable(path, "is not there");
        } catch (IOException e) {
            throw unreadable(path, "cannot be read");
        }
    }

    private Path locate(String path) {
        if (environment.windows()) {
            return Path.of(path);
        }
        return Path.of(root.getPath(), path);
    }

    private static String readFile(String path, Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw unreadable(path, "is not there");
        }
        // A link could lead out of the folder, and a pipe could keep its reader for ever.
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw unreadable(path, "is not a plain file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw unreadable(path, "is longer than " + MAX_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8).strip();
        }
    }

    private static TokenAcquisitionException unreadable(String path, String problem) {
        return new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                "the agent's key " + Excerpt.of(path, 120) + " " + problem,
                "Run this program as a member of the group himds, by 'sudo usermod -aG himds USER'.");
    }
}
