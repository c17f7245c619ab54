// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
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
import java.util.Objects;

/**
 * The account that is logged in to a developer tool. The source runs the tool, and reads the token that it prints.
 *
 * <p>If nobody is logged in, or if the tool itself does not work, the tool counts as unavailable, and the next source
 * is asked. If the tool hangs or cannot reach Entra ID, the next source only stands in for it. A refusal by Entra ID is
 * final.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public abstract class ToolTokenSource implements TokenSource {
    /** What libraries of Python, Go and .NET say if the network is not there, in small letters. */
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
    /** The limit for a tool that is slower on this machine, if the program allows so much time. */
    private static final long MAX_LIMIT_NANOS = 120_000_000_000L;

    /** What stands before the last message of nested exceptions of Python. */
    private static final String NESTED = ">: ";

    /**
     * The names of a tool, and the remedies that mention it.
     *
     * @param source the name of the source
     * @param tool the tool's name for people
     * @param program the tool's file, without an extension
     * @param member the member of the answer that holds the token
     * @param install what to do if the tool is missing; may be empty
     * @param upgrade what to do if the answer cannot be read
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
        List<String> program = findProgram(tool);
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
                return explainTimeout(request);
            }
            if (result.exitCode() == 0 && isAnswer(result.stdout())) {
                return new Acquired(readToken(request, result.stdout()));
            }
            return explainFailure(result, request);
        } catch (IOException e) {
            return explainNoStart(program.get(0), e);
        }
    }

    /** The command that starts the tool; null if it is not installed. */
    @Nullable
    List<String> findProgram(Tool tool) {
        return tool.findCommand();
    }

    abstract void addArguments(List<String> command, Tool tool, TokenRequest request);

    /** Whether the output of a program that ended well is an answer with a token. */
    boolean isAnswer(String stdout) {
        return true;
    }

    /** When the token expires; null if the answer does not say so in a form that can be read. */
    abstract @Nullable Instant expiresOn(TokenResponse answer);

    /** All that the tool printed about its failure. */
    String failureText(ProcessRunner.Result result) {
        return result.stderr() + "\n" + result.stdout();
    }

    /** The part of that text that says most. */
    String failureLine(ProcessRunner.Result result) {
        return failureText(result);
    }

    /**
     * Explains a failure that is known from this tool's own words; null if the words are not known. A refusal by Entra
     * ID and a missing network are explained elsewhere.
     */
    abstract @Nullable Outcome explainOwnFailure(String said, String reason, TokenRequest request);

    /** What to do if nobody is logged in. */
    abstract String signIn(TokenRequest request);

    /** What to do if Entra ID refused the account. */
    String signInAgain(TokenRequest request) {
        return signIn(request);
    }

    /** What to do if nothing else is known. */
    String seeWhy(String said) {
        return "Run '" + words.command + "' to see why.";
    }

    final Unavailable loggedOut(String account, TokenRequest request) {
        return new Unavailable("nobody is logged in to " + account, signIn(request));
    }

    private AccessToken readToken(TokenRequest request, String stdout) {
        try {
            TokenResponse answer = readAnswer(stdout);
            String value = answer.text(words.member);
            if (value == null) {
                throw invalidAnswer("has no " + words.member, null);
            }
            Instant expiresOn = expiresOn(answer);
            if (expiresOn == null) {
                throw invalidAnswer("has no readable expiry time", null);
            }
            String type = Objects.requireNonNullElse(answer.text("tokenType"), "Bearer");
            return new AccessToken(value, request.resource(), type, expiresOn, null, null, name());
        } catch (JsonException e) {
            throw invalidAnswer("is " + e.getMessage(), e);
        }
    }

    /** Reads an answer. The tool, its extensions or its wrapper may print other lines before and after it. */
    private static TokenResponse readAnswer(String stdout) throws JsonException {
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

    private TokenAcquisitionException invalidAnswer(String problem, @Nullable Throwable cause) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, words.tool + " answered, but its answer " + problem, words.upgrade, cause);
    }

    private Outcome explainFailure(ProcessRunner.Result result, TokenRequest request) {
        String said = failureText(result);
        String line = failureLine(result);
        String reason = Excerpt.printed(line, MAX_REASON);
        if (said.contains(HelpPage.AADSTS)) {
            throw explainRefusal(said, reason, request);
        }
        if (isOffline(said.toLowerCase(Locale.ROOT))) {
            return new Silent(
                    words.tool + " could not reach Entra ID: " + Excerpt.printed(innermostMessage(line), MAX_REASON),
                    "Check the network, the name resolution and the proxy of this machine.");
        }
        Outcome own = explainOwnFailure(said, reason, request);
        if (own != null) {
            return own;
        }
        StringBuilder text = new StringBuilder(words.tool);
        if (result.exitCode() == 0) {
            text.append(" gave no token");
        } else {
            text.append(" failed with exit code ").append(result.exitCode());
        }
        if (!reason.isEmpty()) {
            text.append(": ").append(reason);
        }
        return new Unavailable(text.toString(), seeWhy(said));
    }

    private TokenAcquisitionException explainRefusal(String said, String reason, TokenRequest request) {
        String remedy = HelpPage.remedy(HelpPage.number(said), false);
        if (remedy.isEmpty() || remedy.startsWith("Sign in again")) {
            // The tool's own command says the same more precisely.
            remedy = signInAgain(request);
        }
        return new TokenAcquisitionException(Code.REFUSED, "Entra ID refused " + words.tool + ": " + reason, remedy);
    }

    private static boolean isOffline(String said) {
        // A certificate that is not trusted comes from somebody, so the network is there.
        if (said.contains("certificate")) {
            return false;
        }
        for (String sign : OFFLINE) {
            if (said.contains(sign)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The message of the innermost of nested exceptions of Python, because each of them repeats the address. A line
     * without such exceptions stays as it is.
     */
    private static String innermostMessage(String line) {
        int start = line.lastIndexOf(NESTED);
        if (start < 0) {
            return line;
        }
        String message = line.substring(start + NESTED.length());
        int end = message.length();
        for (int i = end - 1; i > 0 && ")\"'".indexOf(message.charAt(i)) >= 0; i--) {
            if (message.charAt(i) != ')') {
                // A quote ends the message. What follows it closes the outer exceptions.
                end = i;
            }
        }
        return message.substring(0, end);
    }

    private Silent explainTimeout(TokenRequest request) {
        String remedy = "Run '" + words.command + "' to see why.";
        if (limitNanos(request) < MAX_LIMIT_NANOS) {
            long seconds = (request.deadline().orElseThrow().toMillis() + 999) / 1000;
            remedy = "Allow a longer deadline than " + seconds + " s, or run '" + words.command + "' to see why.";
        }
        return new Silent(words.tool + " did not answer in time and was stopped", remedy);
    }

    /**
     * Explains that an installed program does not start. The JDK's message repeats path and folder, which are left out.
     */
    private static Unavailable explainNoStart(String program, IOException e) {
        String why = String.valueOf(e.getMessage());
        int end = why.lastIndexOf("\"): ");
        if (end >= 0) {
            why = why.substring(end + "\"): ".length());
        }
        String remedy = "";
        if (why.contains("No such file")) {
            remedy = "Install it again: the program that its first line names is gone.";
        }
        return new Unavailable(program + " cannot be started: " + Excerpt.of(why, 120), remedy);
    }

    private static long limitNanos(TokenRequest request) {
        long deadline = request.deadline().orElseThrow().toNanos();
        return Math.max(Math.min(LIMIT_NANOS, deadline / 5 * 4), Math.min(MAX_LIMIT_NANOS, deadline / 2));
    }

    /** The tenant that a request names, as an option in a command for the user; empty if it names none. */
    static String tenantOption(String option, TokenRequest request) {
        if (request.tenantId().isEmpty()) {
            return "";
        }
        return " " + option + " " + request.tenantId().get();
    }

    /** A claims challenge in Base64, as tools take it. */
    static String encodeClaims(String claims) {
        return Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    }

    /** The failure of a tool that takes a claims challenge only at sign-in, so that the user has to run the command. */
    static TokenAcquisitionException signInWanted(String command) {
        return new TokenAcquisitionException(
                Code.REFUSED,
                "the resource requires a new sign-in that satisfies its claims challenge",
                "Run '" + command + "'.");
    }
}
