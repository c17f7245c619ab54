// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubernetesJson;
import io.podidentity.podid.lend.Lending;
import io.podidentity.podid.process.Child;
import io.podidentity.podid.run.ClusterReader.Choices;
import io.podidentity.podid.run.TokenRenewal.AccountToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a program here with the identity that a workload of a cluster has. */
@Command(
        name = "run",
        description = "Runs a program on this machine with the identity of a workload in a cluster. kubectl"
                + " creates a token of the workload's service account, which Azure's libraries in all"
                + " languages exchange. Nothing is installed in the cluster. The cluster's roles decide who"
                + " may do this.",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

    /** The life of a token; a cluster can grant another one. */
    private static final Duration LIFE = Duration.ofHours(1);

    /** The variables of the user's own shell by which libraries would find another identity first. */
    private static final Pattern WOULD_WIN = Pattern.compile("AzureServicesAuthConnectionString|AZURE_("
            + "CLIENT_SECRET|CLIENT_CERTIFICATE_.*|CLIENT_SEND_CERTIFICATE_CHAIN|USERNAME|PASSWORD|TOKEN_CREDENTIALS"
            + "|POD_IDENTITY_AUTHORITY_HOST|KUBERNETES_.*|REGIONAL_AUTHORITY_NAME)|ARM_(CLIENT_.*|TENANT_ID|USE_.*)");

    @Parameters(
            index = "0",
            paramLabel = "WORKLOAD",
            description =
                    "Whose identity: deploy/NAME, sts/NAME, ds/NAME, job/NAME, cronjob/NAME, pod/NAME or sa/NAME.")
    private String workload = "";

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "After --: the program and its arguments.")
    private List<String> command = new ArrayList<>();

    @Mixin
    private final Kubectl.Options cluster = new Kubectl.Options();

    @Option(
            names = {"-c", "--container"},
            paramLabel = "NAME",
            description = "The container. Default: the first one that has the identity.")
    private @Nullable String container;

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            description = "The tenant of the identity. Default: the account's annotation, a running pod, or the"
                    + " webhook's configuration.")
    private @Nullable String tenant;

    @Option(
            names = "--authority-host",
            paramLabel = "URL",
            description = "The address of Entra ID in the identity's cloud. Default: the address of a running pod"
                    + " or of the webhook's configuration, else that of the public cloud.")
    private @Nullable String authorityHost;

    @Option(
            names = "--env",
            paramLabel = "NAME",
            description = "Also give the program this variable of the container: a plain value, or one from a ConfigMap"
                    + " that you may read. May be given more than once. Whoever may change the workload chooses its"
                    + " value, so name none that makes a tool run code.")
    private List<String> env = new ArrayList<>();

    @Option(
            names = "--env-secrets",
            description = "With --env: also give the program a value from a Secret that you may read.")
    private boolean envSecrets;

    @Option(
            names = "--lend",
            paramLabel = "RESOURCE",
            description = "Also lend tokens for this resource through the protocol of managed identities, for"
                    + " programs that know no other. May be given more than once.")
    private List<String> lent = new ArrayList<>();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Where --lend listens: docker or podman for the address of that engine's bridge, or an"
                    + " address. Default: ${DEFAULT-VALUE}")
    private String bind = "127.0.0.1";

    @Option(
            names = "--no-check",
            negatable = false,
            description = "Do not ask Entra ID for a token before the program starts.")
    private boolean unchecked;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Map<String, String> environment = System.getenv();
    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws CannotBorrowException, IOException, InterruptedException {
        WorkloadName name = readUse();
        ClusterReader reader = ClusterReader.open(findKubectl(), cluster.namespace());
        BorrowedIdentity borrowed = reader.read(
                name,
                new Choices(
                        Optional.ofNullable(container),
                        Optional.ofNullable(tenant),
                        Optional.ofNullable(authorityHost)));
        try (TokenFolder folder = TokenFolder.create(Path.of(System.getProperty("java.io.tmpdir")))) {
            // For signals that come before the program has started.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> closeQuietly(folder)));
            return run(name, borrowed, reader, folder);
        }
    }

    private WorkloadName readUse() {
        if (command.isEmpty()) {
            throw wrongUse("Which program? Put it after --, as in: podid run deploy/orders -- mvn spring-boot:run");
        }
        if (envSecrets && env.isEmpty()) {
            throw wrongUse("--env-secrets needs --env NAME");
        }
        try {
            return WorkloadName.parse(workload);
        } catch (IllegalArgumentException e) {
            throw wrongUse(String.valueOf(e.getMessage()));
        }
    }

    private Kubectl findKubectl() throws CannotBorrowException {
        try {
            return cluster.findKubectl(environment);
        } catch (KubectlException e) {
            throw CannotBorrowException.ofKubectl(e, "looks for kubectl", "", "default");
        }
    }

    private int run(WorkloadName name, BorrowedIdentity borrowed, ClusterReader reader, TokenFolder folder)
            throws CannotBorrowException, IOException, InterruptedException {
        TokenRenewal.Source source = () -> createToken(reader.kubectl(), borrowed);
        AccountToken first = createFirstToken(source, borrowed);
        folder.write(first.value());
        Map<String, String> identity = borrowed.variables(folder.file().toString());
        var check = new TrustCheck(identity);
        if (!unchecked) {
            check.run(borrowed, first.value()).ifPresent(this::log);
        }
        var added = new TreeMap<>(readContainerVariables(reader.kubectl(), borrowed));
        // After the container's own, of which none may stand in for the borrowed identity.
        added.putAll(identity);
        var removed = new ArrayList<>(namesThatWouldWin());
        announce(name + " in context " + reader.context(), borrowed, removed);
        Optional<Lending> lending = startLending(check);
        if (lending.isPresent()) {
            added.putAll(lending.get().variables());
            removed.addAll(Lending.VARIABLES_OF_OTHERS);
        }
        TokenRenewal renewal = TokenRenewal.start(source, folder, first, this::log, clock);
        try {
            return Child.run(command, added, removed);
        } finally {
            renewal.close();
            lending.ifPresent(Lending::close);
        }
    }

    private void announce(String origin, BorrowedIdentity borrowed, List<String> removed) {
        log(command.get(0) + " runs as the " + borrowed + ", borrowed from " + origin + ", until it ends");
        if (!removed.isEmpty()) {
            log("it does not get " + String.join(", ", removed) + ", which would win over that");
        }
    }

    private static AccountToken createFirstToken(TokenRenewal.Source source, BorrowedIdentity borrowed)
            throws CannotBorrowException, InterruptedException {
        try {
            return source.create();
        } catch (KubectlException e) {
            String account = borrowed.serviceAccount();
            throw CannotBorrowException.ofKubectl(e, "creates a token of " + account, account, borrowed.namespace());
        }
    }

    private AccountToken createToken(Kubectl kubectl, BorrowedIdentity borrowed)
            throws KubectlException, InterruptedException {
        // Before kubectl runs, so that the token is renewed rather early than late.
        Instant asked = clock.instant();
        KubernetesJson request = kubectl.readJson(
                "create",
                "token",
                borrowed.serviceAccount(),
                "--audience=" + WebhookSettings.AUDIENCE,
                "--duration=" + LIFE.toSeconds() + "s");
        return AccountToken.read(request, asked);
    }

    private List<String> namesThatWouldWin() {
        return environment.keySet().stream()
                .filter(WOULD_WIN.asMatchPredicate())
                .sorted()
                .toList();
    }

    /** The variables of the container that the user names; all of them can be read. */
    private Map<String, String> readContainerVariables(Kubectl kubectl, BorrowedIdentity borrowed)
            throws InterruptedException {
        if (env.isEmpty()) {
            announceNames(ContainerVariables.names(borrowed.container()));
            return Map.of();
        }
        ContainerVariables variables = ContainerVariables.read(kubectl, borrowed.container(), envSecrets);
        var named = new TreeMap<String, String>();
        for (String name : env) {
            String value = variables.readable().get(name);
            if (value == null) {
                throw wrongUse("The container has no variable " + name + " that can be read. There is "
                        + list(variables.readable().keySet()) + "; not readable: " + list(variables.unreadable())
                        + ". A value from a Secret needs --env-secrets and the right to read it");
            }
            named.put(name, value);
        }
        return named;
    }

    private void announceNames(List<String> names) {
        if (!names.isEmpty()) {
            log("it gets none of the container's own variables; --env NAME adds one of " + String.join(", ", names));
        }
    }

    private static String list(Collection<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    /** Empty unless the user wants to lend tokens too. */
    private Optional<Lending> startLending(TrustCheck identity) {
        if (lent.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Lending.startForCommand(
                    identity.tokens(), lent, bind, spec.commandLine().getErr()));
        } catch (IllegalArgumentException e) {
            throw wrongUse(String.valueOf(e.getMessage()));
        }
    }

    private static void closeQuietly(TokenFolder folder) {
        try {
            folder.close();
        } catch (IOException e) {
            // The next run removes it.
        }
    }

    private void log(String text) {
        PrintWriter log = spec.commandLine().getErr();
        log.println("podid run: " + text);
        log.flush();
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
