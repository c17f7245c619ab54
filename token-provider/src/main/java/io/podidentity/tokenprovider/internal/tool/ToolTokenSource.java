package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The account that is logged in to a developer tool: runs the tool, and reads the token that it prints.
 *
 * <p>If nobody is logged in, or the tool itself does not work, the tool counts as unavailable and the next source is
 * asked; if it hangs or cannot reach Entra ID, the next one only stands in for it. A refusal by Entra ID is final.
 */
public abstract class ToolTokenSource implements TokenSource {
    /** What libraries of Python, Go and .NET say where the network is not there, in small letters. */
    private static final String[] OFFLINE = {
        "max retries exceeded",
        "failed to resolve",
        "failed to establish a new connection",
        "connection aborted",
        "network connection",
        "read timed out",
        "no such host",
        "dial tcp",
        "i/o timeout",
        "tls handshake timeout",
        "name or service not known",
        "name resolution",
        "nodename nor servname",
        "network is unreachable",
        "connection refused",
        "a connection attempt failed"
    };

    private static final int MAX_REASON = 240;
    /** Longer than the slowest reported start of a healthy az. The rest of a deadline is left for other sources. */
    private static final long LIMIT_NANOS = 20_000_000_000L;
    /** For a tool that is slower on this machine, where the program allows more. */
    private static final long MAX_LIMIT_NANOS = 120_000_000_000L;

    /**
     * How a tool is called, and what its users are told to do.
     *
     * @param source the name of the source
     * @param tool the tool's name for people
     * @param program its file, without an extension
     * @param member the member of its answer that holds the token
     * @param install what to do where it is missing; may be empty
     * @param upgrade what to do if its answer cannot be read
     * @param command what to run by hand to see why there is no answer
     */
    record Words(
            String source,
            String tool,
            String program,
            String member,
            String install,
            String upgrade,
            String command) {}

    final Environment environment;
    private final ProcessRunner processes;
    private final Words words;

    ToolTokenSource(Environment environment, ProcessRunner processes, Words words) {
        this.environment = environment;
        this.processes = processes;
        this.words = words;
    }

    @Override
    public final String name() {
        return words.source;
    }

    @Override
    public final Outcome acquire(TokenRequest request) throws InterruptedException {
        if (request.identity().isPresent()) {
            return new Unavailable("it has the account that is logged in, and a managed identity was named", "");
        }
        Tool tool = new Tool(environment, words.program);
        List<String> program = find(tool);
        if (program == null) {
            return new Unavailable(words.tool + " is not installed", words.install);
        }
        tool.requirePlain("resource", request.resource(), "-.:/_");
        tool.requirePlain("tenant", request.tenantId().orElse(null), "-.");
        List<String> command = new ArrayList<>(program);
        addArguments(command, tool, request);
        try {
            ProcessRunner.Result result = processes.run(command, limitNanos(request));
            if (result.timedOut()) {
                return stopped(request);
            }
            return result.exitCode() == 0 && isAnswer(result.stdout())
                    ? new Acquired(token(request, result.stdout()))
                    : failure(result, request);
        } catch (IOException e) {
            return cannotBeStarted(program.get(0), e);
        }
    }

    @Nullable
    List<String> find(Tool tool) {
        return tool.find();
    }

    abstract void addArguments(List<String> command, Tool tool, TokenRequest request);

    /** Whether this is meant as an answer with a token, of a program that ended well. */
    boolean isAnswer(String stdout) {
        return true;
    }

    /** When the token expires; null if the answer does not say so in a form that can be read. */
    abstract @Nullable Instant expiresOn(TokenResponse answer);

    /** All that the tool said of its failure. */
    String said(ProcessRunner.Result result) {
        return result.stderr() + "\n" + result.stdout();
    }

    /** Of that, what tells most. */
    String line(ProcessRunner.Result result) {
        return said(result);
    }

    /**
     * What this tool's own words say, which are neither a refusal by Entra ID nor that the network is not there; null
     * if they say nothing.
     */
    abstract @Nullable Outcome ownFailure(String said, String reason, TokenRequest request);

    /** What to do where nobody is logged in. */
    abstract String signIn(TokenRequest request);

    /** What to do where Entra ID refused the account. */
    String signInAgain(TokenRequest request) {
        return signIn(request);
    }

    /** What to do where nothing else is known. */
    String seeWhy(String said) {
        return "Run '" + words.command + "' to see why.";
    }

    final Unavailable loggedOut(String account, TokenRequest request) {
        return new Unavailable("nobody is logged in to " + account, signIn(request));
    }

    private AccessToken token(TokenRequest request, String stdout) {
        try {
            TokenResponse answer = read(stdout);
            String value = answer.text(words.member);
            Instant expiresOn = expiresOn(answer);
            if (value == null || expiresOn == null) {
                throw invalid(value == null ? "has no " + words.member : "has no readable expiry time", null);
            }
            String type = answer.text("tokenType");
            return new AccessToken(
                    value, request.resource(), type == null ? "Bearer" : type, expiresOn, null, null, name());
        } catch (JsonException e) {
            throw invalid("is " + e.getMessage(), e);
        }
    }

    /** Reads an answer, before and after which a tool, its extensions or its wrapper may print lines of their own. */
    private static TokenResponse read(String stdout) throws JsonException {
        try {
            return TokenResponse.read(stdout);
        } catch (JsonException e) {
            int start = stdout.lastIndexOf("\n{") + 1;
            int end = stdout.lastIndexOf('}') + 1;
            if (end <= start || (start == 0 && end == stdout.length())) {
                throw e;
            }
            return TokenResponse.read(stdout.substring(start, end));
        }
    }

    private TokenAcquisitionException invalid(String problem, @Nullable Throwable cause) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, words.tool + " answered, but its answer " + problem, words.upgrade, cause);
    }

    private Outcome failure(ProcessRunner.Result result, TokenRequest request) {
        String said = said(result);
        String line = line(result);
        String reason = Excerpt.printed(line, MAX_REASON);
        if (said.contains("AADSTS")) {
            String known = HelpPage.remedy(HelpPage.number(said), false);
            throw new TokenAcquisitionException(
                    Code.REFUSED,
                    "Entra ID refused " + words.tool + ": " + reason,
                    known.isEmpty() || known.startsWith("Sign in again") ? signInAgain(request) : known);
        }
        if (isOffline(said.toLowerCase(Locale.ROOT))) {
            return new Silent(
                    words.tool + " could not reach Entra ID: " + Excerpt.printed(innermost(line), MAX_REASON),
                    "Check the network, the name resolution and the proxy of this machine.");
        }
        Outcome own = ownFailure(said, reason, request);
        if (own != null) {
            return own;
        }
        String how = result.exitCode() == 0 ? " gave no token" : " failed with exit code " + result.exitCode();
        return new Unavailable(words.tool + how + (reason.isEmpty() ? "" : ": " + reason), seeWhy(said));
    }

    private static boolean isOffline(String said) {
        for (String sign : said.contains("certificate") ? new String[0] : OFFLINE) {
            if (said.contains(sign)) {
                return true;
            }
        }
        return false;
    }

    /** Of an exception of Python in other ones, which each repeat the address, the words of the innermost. */
    private static String innermost(String line) {
        int start = line.lastIndexOf(">: ") + ">: ".length();
        int end = line.length();
        for (int i = end - 1; start >= ">: ".length() && i > start && ")\"'".indexOf(line.charAt(i)) >= 0; i--) {
            end = line.charAt(i) == ')' ? end : i;
        }
        return start < ">: ".length() ? line : line.substring(start, end);
    }

    private Silent stopped(TokenRequest request) {
        long seconds = (request.deadline().orElseThrow().toMillis() + 999) / 1000;
        boolean more = limitNanos(request) < MAX_LIMIT_NANOS;
        return new Silent(
                words.tool + " did not answer in time and was stopped",
                (more ? "Allow a longer deadline than " + seconds + " s, or run '" : "Run '") + words.command
                        + "' to see why.");
    }

    /** The answer if a program that is there does not start: the system's reason, without the path and folder again. */
    private static Unavailable cannotBeStarted(String program, IOException e) {
        String said = String.valueOf(e.getMessage());
        int end = said.lastIndexOf("\"): ");
        String why = end < 0 ? said : said.substring(end + "\"): ".length());
        return new Unavailable(
                program + " cannot be started: " + Excerpt.of(why, 120),
                why.contains("No such file") ? "Install it again: the program that its first line names is gone." : "");
    }

    private static long limitNanos(TokenRequest request) {
        long deadline = request.deadline().orElseThrow().toNanos();
        return Math.max(Math.min(LIMIT_NANOS, deadline / 5 * 4), Math.min(MAX_LIMIT_NANOS, deadline / 2));
    }

    /** The tenant that a request names as an option of a command that is told to the user; nothing if it names none. */
    static String tenantOption(String option, TokenRequest request) {
        return request.tenantId().isPresent()
                ? " " + option + " " + request.tenantId().get()
                : "";
    }

    /** A claims challenge in the form in which tools take it. */
    static String encoded(String claims) {
        return Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    }

    /** Only the user can answer a claims challenge with a tool that takes it at sign-in and nowhere else. */
    static TokenAcquisitionException signInWanted(String command) {
        return new TokenAcquisitionException(
                Code.REFUSED,
                "the resource requires a new sign-in that satisfies its claims challenge",
                "Run '" + command + "'.");
    }
}
