// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.podid.process.Child;
import io.podidentity.podid.process.Shutdown;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lends until its time is over, SIGTERM or SIGINT, or until the command that it runs has ended. */
@Command(
        name = "lend",
        description = "Lends your sign-in to containers and programs on this machine, through the protocols of"
                + " App Service, the metadata service and Cloud Shell, which Azure's libraries in all"
                + " languages know. Each borrower has a secret of its own and gets tokens for the allowed"
                + " resources only.",
        mixinStandardHelpOptions = true)
public final class LendCommand implements Callable<Integer> {

    private static final Duration LONGEST = Duration.ofDays(1);

    @Option(
            names = "--allow",
            paramLabel = "RESOURCE",
            required = true,
            description = "A resource whose tokens are lent, such as https://storage.azure.com. Tokens of other"
                    + " resources are not lent. May be given more than once.")
    private List<String> allowed = new ArrayList<>();

    @Option(
            names = "--as",
            paramLabel = "CONNECTION-STRING",
            description = "Whose token, such as \"RunAs=Developer; DeveloperTool=AzureCli\". Default: as the library"
                    + " finds it, with AzureServicesAuthConnectionString or its default chain.")
    private @Nullable String connectionString;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "A borrower, which gets a secret of its own and is named in the log. May be given more than"
                    + " once. Default: app, or the name of COMMAND.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Where to listen: docker or podman for the address of that engine's bridge, or an address."
                    + " Default: ${DEFAULT-VALUE}")
    private String bind = "127.0.0.1";

    @Option(names = "--exposed", description = "Allow a --bind that other machines can reach, such as 0.0.0.0.")
    private boolean exposed;

    @Option(
            names = "--port",
            defaultValue = "0",
            paramLabel = "N",
            description = "The port to listen on. Default: any free port.")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "One more name by which borrowers reach this machine. May be given more than once.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "8h",
            description = "How long to lend: 45m, 8h, 1h30m, at most 24h. Default: ${DEFAULT-VALUE}")
    private String time = "8h";

    @Option(
            names = "--any-identity",
            description = "Answer a request that names a managed identity, as AZURE_CLIENT_ID makes libraries do, with"
                    + " the lent one. Default: refuse it.")
    private boolean anyIdentity;

    @Option(names = "--json", description = "Print the addresses and secrets as one line of JSON.")
    private boolean json;

    @Parameters(
            paramLabel = "COMMAND",
            description = "After --: a program to run with the variables. Lending ends with the program, and podid"
                    + " exits with its exit code.")
    private List<String> command = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Clock clock = Clock.systemUTC();
        Terms terms = rejectUnusable(() -> readTerms(clock.instant().truncatedTo(ChronoUnit.SECONDS)));
        InetAddress address = rejectUnusable(() -> BindAddress.ofThisMachine().find(bind, exposed));
        AzureServiceTokenProvider tokens = rejectUnusable(() -> new AzureServiceTokenProvider(connectionString));
        PrintWriter log = spec.commandLine().getErr();
        var place = new Lending.Place(address, port, hosts);
        try (Lending lending = Lending.start(terms, place, tokens, new AuditLog(log, clock), Lending.LIMITS)) {
            announce(log, terms, tokens);
            if (!command.isEmpty()) {
                return Child.run(command, lending.variables(), Lending.VARIABLES_OF_OTHERS);
            }
            lendUntilTheEnd(lending, new Handout(lending, address.isLoopbackAddress()), terms.end(), clock);
            return 0;
        }
    }

    private void lendUntilTheEnd(Lending lending, Handout handout, Instant end, Clock clock)
            throws InterruptedException {
        try (Shutdown ending = Shutdown.bySignal(lending::close)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? handout.json(end) : handout.text());
            out.flush();
            ending.await(end, clock);
        }
    }

    /** Reads an option, and reports what it cannot be as wrong use. */
    private <T> T rejectUnusable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private Terms readTerms(Instant now) {
        return new Terms(allowed, Borrower.createAll(chooseNames()), now.plus(readDuration(time)), anyIdentity);
    }

    private List<String> chooseNames() {
        if (command.isEmpty()) {
            return names.isEmpty() ? List.of("app") : names;
        }
        if (names.size() > 1) {
            throw new IllegalArgumentException("One COMMAND is one borrower: give one --name");
        }
        return names.isEmpty() ? List.of(fileName(command.get(0))) : names;
    }

    private static String fileName(String program) {
        Path name = Path.of(program).getFileName();
        return name == null ? "command" : name.toString();
    }

    private static Duration readDuration(String text) {
        try {
            Duration duration = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
            boolean isPositive = !duration.isNegative() && !duration.isZero();
            if (isPositive && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "--for takes a time such as 45m, 8h or 1h30m, at most 24h, not \"" + Refusal.printable(text) + "\"");
    }

    /** Says whose token is lent to whom for what; and, where there is none yet, why. */
    private void announce(PrintWriter log, Terms terms, AzureServiceTokenProvider tokens) {
        String identity = describeIdentity(log, terms, tokens);
        List<String> borrowers = terms.borrowers().stream().map(Borrower::name).toList();
        log.println(
                "podid lend: lends tokens of " + identity + ", for " + String.join(", ", terms.resources()) + ", to "
                        + String.join(", ", borrowers) + ", until " + terms.end()
                        + ". A token that was lent stays good until it expires.");
        if (exposed) {
            log.println(
                    "podid lend: other machines may reach " + bind + "; secrets and tokens are not encrypted there.");
        }
        log.flush();
    }

    /** Gets a token, since only a token says whose sign-in there is. */
    private static String describeIdentity(PrintWriter log, Terms terms, AzureServiceTokenProvider tokens) {
        try {
            AccessToken token = tokens.getAuthenticationResult(terms.resources().get(0));
            return "the identity " + AuditLog.describe(token);
        } catch (TokenAcquisitionException failure) {
            log.println("podid lend: there is no token yet, and borrowers are told so: " + failure.getMessage());
            return "whichever identity signs in";
        }
    }
}
