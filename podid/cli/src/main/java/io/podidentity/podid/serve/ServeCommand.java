// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.run.EmulatedPod;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.process.Shutdown;
import io.podidentity.podid.serve.arm.ArmEndpoint;
import io.podidentity.podid.serve.arm.ArmFaults;
import io.podidentity.podid.serve.arm.RegistryEndpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves until SIGTERM or SIGINT, then ends with exit code 0. */
@Command(
        name = "serve",
        description = "Serves Entra ID, a cluster's pod identity (MIC, NMI, workload identity), the node's metadata"
                + " service and a storage account on loopback, until it is stopped. Its tokens are worth"
                + " nothing anywhere else.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {

    private static final String CLUSTER_VARIABLE = "KUBERNETES_SERVICE_HOST";

    @Parameters(
            paramLabel = "PATH",
            description = "Manifests: files, folders, or - for standard input. Files that change are applied at once."
                    + " Default: none, a node without a cluster.")
    private List<String> paths = new ArrayList<>();

    @Option(names = "--pod", paramLabel = "NAMESPACE/NAME", description = "Print only this pod. Default: all pods.")
    private @Nullable String pod;

    @Option(
            names = "--time-scale",
            paramLabel = "N",
            defaultValue = "1",
            description = "How much faster the cluster's time runs: at 60 a wait of a minute takes a second. The"
                    + " lifetime of tokens is not scaled. Default: ${DEFAULT-VALUE}")
    private double timeScale;

    @Mixin
    private ProfileOptions profile = new ProfileOptions();

    @Option(
            names = "--shell",
            paramLabel = "SHELL",
            description = "For which shell to print lines to copy: ${COMPLETION-CANDIDATES}. Default: powershell on"
                    + " Windows, else sh.")
    private @Nullable Shell shell;

    @Option(names = "--json", description = "Print the addresses as one line of JSON.")
    private boolean json;

    @Mixin
    private ListenOptions listening = new ListenOptions();

    @Option(
            names = "--imds-port",
            defaultValue = "0",
            paramLabel = "N",
            description = "The port of the metadata service. Default: any free port.")
    private int imdsPort;

    @Option(
            names = "--entra-port",
            defaultValue = "0",
            paramLabel = "N",
            description = "The port of Entra ID. Default: any free port.")
    private int entraPort;

    @Option(
            names = "--storage-port",
            defaultValue = "0",
            paramLabel = "N",
            description = "The port of the storage account. Default: any free port.")
    private int storagePort;

    @Option(
            names = "--token-lifetime",
            paramLabel = "SECONDS",
            description = "How long a token lives. Default: 86400 for managed identities, 3600 for all others.")
    private @Nullable Long tokenLifetimeSeconds;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "A file whose first line is a client secret of the application. May be given more than once:"
                    + " each secret is valid. Default: a new secret in a file that only you can read.")
    private List<Path> secretFiles = new ArrayList<>();

    @Option(
            names = "--arm-fault",
            paramLabel = "ORDER",
            description = "A failure of Resource Manager for the next request that it matches: METHOD PATH-PART"
                    + " STATUS CODE, such as \"PUT federatedIdentityCredentials 409 Conflict\". With STATUS"
                    + " failed, a PUT succeeds, but the resource fails in the end. May be given more than once.")
    private List<String> armFaults = new ArrayList<>();

    @Mixin
    private AzureOptions azureOptions = new AzureOptions();

    @Option(names = "--allow-in-cluster", description = "Run even inside a Kubernetes pod.")
    private boolean allowInCluster;

    @Option(
            names = "--in-cluster",
            description = "Serve the cluster in which this pod runs: its service accounts, its new pods by a webhook,"
                    + " its own issuer. For podid's image, as k8s/emulated-azure deploys it.")
    private boolean inCluster;

    @Option(
            names = "--allow-azure",
            description = "Serve a cluster even if its nodes are in Azure or in another cloud.")
    private boolean allowAzure;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Map<String, String> environment;

    public ServeCommand() {
        this(System.getenv());
    }

    ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        checkUse();
        ServedManifests manifests = paths.isEmpty() ? null : manifests();
        listening.warning().ifPresent(this::log);
        List<String> secrets = secrets();
        try (DiscoveryServer discovery = listening.discovery(inCluster);
                RealCluster cluster = inCluster ? RealCluster.ofThisPod() : null;
                PodIdentityEmulator azure = start(secrets, manifests, cluster, places(discovery));
                Shutdown ending = Shutdown.bySignal(() -> leave(cluster), discovery::close, azure::close)) {
            var served = new Served(
                    azure,
                    secretFile(azure, secrets),
                    discovery.page(),
                    pods(azure),
                    shell == null ? Shell.usual(System.getProperty("os.name", "")) : shell);
            if (cluster != null) {
                cluster.follow(azure, ending::end);
            }
            print(served);
            discovery.show(served);
            if (manifests != null) {
                manifests.story().forEach(this::log);
                manifests.watch(azure, this::log);
            }
            ending.await();
        }
        return 0;
    }

    private static void leave(@Nullable RealCluster cluster) {
        if (cluster != null) {
            cluster.close();
        }
    }

    private Places places(DiscoveryServer discovery) {
        Places places = discovery.awaitPlaces();
        return imdsPort + entraPort + storagePort > 0 ? places.withPorts(imdsPort, entraPort, storagePort) : places;
    }

    private ServedManifests manifests() throws IOException {
        try {
            return ServedManifests.read(paths, profile, azureOptions.trusted());
        } catch (ManifestException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private List<EmulatedPod> pods(PodIdentityEmulator azure) {
        try {
            return pod == null ? azure.pods() : List.of(azure.pod(pod));
        } catch (IllegalArgumentException unknown) {
            throw wrongUse(String.valueOf(unknown.getMessage()));
        }
    }

    private void print(Served served) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? served.json() : introduction(served));
        out.flush();
    }

    private String introduction(Served served) {
        return inCluster ? served.introductionInCluster() : served.introduction();
    }

    private void log(String text) {
        log(new LogLine("podid", text));
    }

    private void log(Object line) {
        PrintWriter log = spec.commandLine().getErr();
        log.println(line);
        log.flush();
    }

    private void checkUse() {
        used("", () -> listening.check(imdsPort + entraPort + storagePort > 0));
        if (!(timeScale >= 1) || Double.isInfinite(timeScale)) {
            throw wrongUse("--time-scale must be 1 or more, not " + timeScale);
        }
        if (environment.containsKey(CLUSTER_VARIABLE) && !allowInCluster && !inCluster) {
            throw wrongUse(CLUSTER_VARIABLE + " is set, so this looks like a pod in a cluster, where an emulated Azure"
                    + " could do harm. Add --allow-in-cluster to run it anyway.");
        }
        if (tokenLifetimeSeconds != null && tokenLifetimeSeconds < 1) {
            throw wrongUse("--token-lifetime must be 1 or more, not " + tokenLifetimeSeconds);
        }
    }

    private List<String> secrets() {
        if (secretFiles.isEmpty()) {
            return List.of(RegisteredSecret.newValue());
        }
        var secrets = new ArrayList<String>();
        try {
            for (Path file : secretFiles) {
                String secret = Files.readString(file).lines().findFirst().orElse("");
                if (secret.isBlank()) {
                    throw wrongUse("Cannot use the secret file: " + file + " has no secret in its first line");
                }
                secrets.add(secret.strip());
            }
        } catch (NoSuchFileException e) {
            throw wrongUse("Cannot use the secret file: " + e.getFile() + " does not exist");
        } catch (IOException e) {
            throw wrongUse("Cannot use the secret file: " + e.getMessage());
        }
        return secrets;
    }

    /** A file that was given, or one that only its owner can read, which is removed with the emulator's own. */
    private Path secretFile(PodIdentityEmulator azure, List<String> secrets) throws IOException {
        if (!secretFiles.isEmpty()) {
            return secretFiles.get(0);
        }
        WritableFolder folder = WritableFolder.of(azure.certificateAuthority());
        Path file = folder.root().resolve("application.secret");
        folder.replaceForOwner(file, (secrets.get(0) + "\n").getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private PodIdentityEmulator start(
            List<String> secrets, @Nullable ServedManifests manifests, @Nullable RealCluster cluster, Places places) {
        var builder = PodIdentityEmulator.builder()
                .places(places)
                .timeScale(timeScale)
                .onLog(this::log)
                .onRequest(this::log);
        Optional<MatchRules> rules = profile.asked();
        if (manifests != null) {
            builder.manifests(manifests.current());
            rules = Optional.of(manifests.rules());
        }
        rules.map(NmiSettings::of).ifPresent(builder::nmi);
        if (cluster != null) {
            cluster.prepare(builder, rules, allowAzure, this::log);
        }
        secrets.forEach(builder::defaultApplication);
        if (tokenLifetimeSeconds != null) {
            builder.tokenLifetime(Duration.ofSeconds(tokenLifetimeSeconds));
        }
        used("", () -> azureOptions.applyTo(builder));
        var faults = new ArmFaults();
        used("--arm-fault: ", () -> armFaults.forEach(faults::add));
        // az can be pointed at one address for all of them.
        return builder.besideEntra(RegistryEndpoint::new)
                .besideEntra(beside -> new ArmEndpoint(beside, faults))
                .start();
    }

    /** What an option cannot be is wrong use. */
    private void used(String option, Runnable use) {
        try {
            use.run();
        } catch (IllegalArgumentException | ManifestException e) {
            throw wrongUse(option + e.getMessage());
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
