package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
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
import org.jspecify.annotations.Nullable;

/**
 * The key that Arc's agent wants to see. The agent says which file holds it, and whoever sits at the agent's place
 * could name any file: so only a small plain file is read, right in the agent's own folder of this platform.
 */
final class ArcKey {
    private static final int MAX_BYTES = 4096;
    private static final String AGENT = "Check what answers in the agent's place.";

    private final Environment environment;
    private final File root;

    ArcKey(Environment environment, File root) {
        this.environment = environment;
        this.root = root;
    }

    String read(@Nullable String challenge) {
        String path = path(challenge);
        char separator = environment.windows() ? '\\' : '/';
        int end = path.lastIndexOf(separator);
        String name = path.substring(end + 1);
        String folder = path.substring(0, Math.max(end, 0));
        boolean own = environment.windows() ? folder.equalsIgnoreCase(folder()) : folder.equals(folder());
        if (!own || !name.endsWith(".key") || name.length() == 4 || name.indexOf(':') >= 0 || name.indexOf('/') >= 0) {
            throw failure(
                    Code.INVALID_RESPONSE,
                    "the challenge names " + Excerpt.of(path, 120) + ", and keys are files *.key in " + folder(),
                    AGENT);
        }
        return contents(path);
    }

    private static String path(@Nullable String challenge) {
        String text = challenge == null ? "" : challenge.strip();
        if (text.regionMatches(true, 0, "Basic ", 0, 6)) {
            String parameter = text.substring(6).strip();
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("realm")) {
                String path = parameter.substring(equals + 1).strip();
                boolean quoted = path.length() > 1 && path.startsWith("\"") && path.endsWith("\"");
                path = quoted ? path.substring(1, path.length() - 1) : path;
                if (!path.isEmpty()) {
                    return path;
                }
            }
        }
        throw failure(
                Code.INVALID_RESPONSE,
                challenge == null
                        ? "HTTP 401 without a challenge"
                        : "HTTP 401 with a challenge that is not 'Basic realm=FILE'",
                AGENT);
    }

    private String folder() {
        if (!environment.windows()) {
            return "/var/opt/azcmagent/tokens";
        }
        String programs = environment.get("ProgramData");
        if (programs == null) {
            throw failure(
                    Code.INVALID_CONFIGURATION, "ProgramData is not set", "Set it, as Windows does for each process.");
        }
        return programs + "\\AzureConnectedMachineAgent\\Tokens";
    }

    private String contents(String path) {
        String problem;
        try {
            Path file = environment.windows() ? Path.of(path) : Path.of(root.getPath(), path);
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
                    if (bytes.length <= MAX_BYTES) {
                        return new String(bytes, StandardCharsets.UTF_8).strip();
                    }
                    problem = "is longer than " + MAX_BYTES + " bytes";
                }
            } else {
                problem = Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? "is no plain file" : "is not there";
            }
        } catch (AccessDeniedException e) {
            problem = "cannot be read by this user";
        } catch (NoSuchFileException | InvalidPathException e) {
            problem = "is not there";
        } catch (IOException e) {
            problem = "cannot be read";
        }
        throw failure(
                Code.INVALID_CONFIGURATION,
                "the agent's key " + Excerpt.of(path, 120) + " " + problem,
                "Run this program as a member of the group himds, by 'sudo usermod -aG himds USER'.");
    }

    private static TokenAcquisitionException failure(Code code, String reason, String remedy) {
        return new TokenAcquisitionException(code, reason, remedy);
    }
}
