package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity of a server that Azure Arc knows. Its agent answers first with the name of a file that only
 * administrators and its own group can read; whoever sends back what is in it is given a token.
 *
 * <p>Source: Microsoft Learn, "Authenticate against Azure resources with Azure Arc-enabled servers".
 */
public final class ArcTokenSource extends EndpointTokenSource {
    private static final String AGENT = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

    private final boolean announced;
    private final ArcKey key;

    public ArcTokenSource(SourceContext context, @Nullable UserAssignedIdentity identity) {
        super(ManagedIdentityEndpoint.AZURE_ARC, context, identity, endpoint(context.environment()));
        this.announced = isAnnounced(context.environment());
        this.key = new ArcKey(context.environment(), context.root());
    }

    private static boolean isAnnounced(Environment environment) {
        return environment.get("IDENTITY_ENDPOINT") != null && environment.get("IMDS_ENDPOINT") != null;
    }

    private static @Nullable String endpoint(Environment environment) {
        return isAnnounced(environment) ? environment.get("IDENTITY_ENDPOINT") : AGENT;
    }

    @Override
    HttpResponse ask(HttpRequest question, @Nullable UserAssignedIdentity named, long deadline, long silence)
            throws IOException, InterruptedException {
        HttpResponse first = super.ask(question, named, deadline, silence);
        if (first.status() >= 200 && first.status() < 300) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    address() + " answered HTTP " + first.status() + " to a request that it must refuse first",
                    "Check what answers there; the agent asks for a key.");
        }
        if (first.status() != 401) {
            return first;
        }
        String value = headerValue(key.read(first.challenge()), "the agent's key");
        long start = context.time().nanos();
        HttpResponse second;
        try {
            HttpRequest authorized = question.withHeader("Authorization", "Basic " + value);
            second = super.ask(authorized, named, deadline, ofAnswered(deadline, silence));
        } catch (IOException e) {
            throw new TokenAcquisitionException(
                    Code.SERVICE_UNAVAILABLE,
                    address() + " answered "
                            + first.before(e, (context.time().nanos() - start) / 1_000_000)
                                    .describe(""),
                    "Look at 'azcmagent show', or try again in a minute.");
        }
        if (second.status() != 200) {
            throw refused(second, named, new Secret(value));
        }
        return second;
    }

    /** An agent that does not know user-assigned identities answers with the machine's own, and does not say so. */
    @Override
    String verify(HttpResponse response, @Nullable UserAssignedIdentity named, AccessToken token) throws JsonException {
        String caveat = super.verify(response, named, token);
        if (!caveat.isEmpty()) {
            throw new TokenAcquisitionException(
                    Code.INVALID_RESPONSE,
                    "the agent's answer does not say that it is for the identity with " + named,
                    "Update the agent by 'azcmagent upgrade', or name no identity.");
        }
        return caveat;
    }

    @Override
    Outcome noAnswer(IOException e, long waitedMillis, boolean namedBySetting) {
        if (announced) {
            return super.noAnswer(e, waitedMillis, namedBySetting);
        }
        String reason = NoAnswer.describe(e, address(), waitedMillis);
        String remedy = "Look at 'azcmagent show'.";
        if (e instanceof ConnectException) {
            // An agent that is stopped is not there.
            return new Unavailable(reason, remedy);
        }
        if (namedBySetting || !NoAnswer.isSilence(e)) {
            throw new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy);
        }
        // An agent that hangs may be back in a moment.
        return new Silent(reason, remedy);
    }

    /**
     * The key that Arc's agent wants to see. The agent says which file holds it, and whoever sits at the agent's place
     * could name any file: so only a small plain file is read, right in the agent's own folder of this platform.
     */
    static final class ArcKey {
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
            if (!own
                    || !name.endsWith(".key")
                    || name.length() == 4
                    || name.indexOf(':') >= 0
                    || name.indexOf('/') >= 0) {
                throw new TokenAcquisitionException(
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
            throw new TokenAcquisitionException(
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
                throw new TokenAcquisitionException(
                        Code.INVALID_CONFIGURATION,
                        "ProgramData is not set",
                        "Set it, as Windows does for each process.");
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
                    problem = Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? "is not a plain file" : "is not there";
                }
            } catch (AccessDeniedException e) {
                problem = "cannot be read by this user";
            } catch (NoSuchFileException | InvalidPathException e) {
                problem = "is not there";
            } catch (IOException e) {
                problem = "cannot be read";
            }
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the agent's key " + Excerpt.of(path, 120) + " " + problem,
                    "Run this program as a member of the group himds, by 'sudo usermod -aG himds USER'.");
        }
    }
}
