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

    /** Kubernetes sets it in each container of a pod. */
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
        Optional<ServedManifests> manifests = readManifests();
        listening.warning().ifPresent(this::log);
        List<String> secrets = readSecrets();
        // Opened in this order, since the addresses of Azure are known only when clients have told the discovery port
        // how they come. What ends the process comes last, and so is closed before what it would close.
        try (DiscoveryServer discovery = listening.openDiscovery(inCluster);
                RealCluster cluster = findCluster();
                PodIdentityEmulator azure = start(secrets, manifests, cluster, awaitPlaces(discovery));
                Shutdown ending = Shutdown.bySignal(cluster::close, discovery::close, azure::close)) {
            var served = new Served(
                    azure, findSecretFile(azure, secrets), discovery.page(), podsToPrint(azure), chooseShell());
            cluster.follow(azure, ending::end);
            print(served);
            discovery.show(served);
            manifests.ifPresent(read -> describeAndWatch(read, azure));
            ending.await();
        }
        return 0;
    }

    private void checkUse() {
        rejectUnusable("", () -> listening.check(hasPortsByName()));
        boolean isTimeScale = timeScale >= 1 && Double.isFinite(timeScale);
        if (!isTimeScale) {
            throw wrongUse("--time-scale must be 1 or more, not " + timeScale);
        }
        boolean mayBeInCluster = allowInCluster || inCluster;
        if (environment.containsKey(CLUSTER_VARIABLE) && !mayBeInCluster) {
            throw wrongUse(CLUSTER_VARIABLE + " is set, so this looks like a pod in a cluster, where an emulated Azure"
                    + " could do harm. Add --allow-in-cluster to run it anyway.");
        }
        if (tokenLifetimeSeconds != null && tokenLifetimeSeconds < 1) {
            throw wrongUse("--token-lifetime must be 1 or more, not " + tokenLifetimeSeconds);
        }
    }

    private boolean hasPortsByName() {
        return imdsPort + entraPort + storagePort > 0;
    }

    /** Empty for a node without a cluster. */
    private Optional<ServedManifests> readManifests() throws IOException {
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ServedManifests.read(paths, profile, azureOptions.trusted()));
        } catch (ManifestException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private List<String> readSecrets() {
        if (secretFiles.isEmpty()) {
            return List.of(RegisteredSecret.newValue());
        }
        return secretFiles.stream().map(this::readSecret).toList();
    }

    private String readSecret(Path file) {
        String secret;
        try {
            secret = Files.readString(file).lines().findFirst().orElse("");
        } catch (NoSuchFileException e) {
            throw wrongUse("Cannot use the secret file: " + e.getFile() + " does not exist");
        } catch (IOException e) {
            throw wrongUse("Cannot use the secret file: " + e.getMessage());
        }
        if (secret.isBlank()) {
            throw wrongUse("Cannot use the secret file: " + file + " has no secret in its first line");
        }
        return secret.strip();
    }

    private RealCluster findCluster() {
        return inCluster ? RealCluster.loadForThisPod() : new NoCluster();
    }

    private Places awaitPlaces(DiscoveryServer discovery) {
        Places places = discovery.awaitPlaces();
        return hasPortsByName() ? places.withPorts(imdsPort, entraPort, storagePort) : places;
    }

    private PodIdentityEmulator start(
            List<String> secrets, Optional<ServedManifests> manifests, RealCluster cluster, Places places) {
        var builder = PodIdentityEmulator.builder()
                .places(places)
                .timeScale(timeScale)
                .onLog(this::log)
                .onRequest(this::log);
        manifests.map(ServedManifests::current).ifPresent(builder::manifests);
        Optional<MatchRules> rules = manifests.map(ServedManifests::rules).or(profile::rulesOfOption);
        rules.map(NmiSettings::of).ifPresent(builder::nmi);
        cluster.prepare(builder, rules, allowAzure, this::log);
        secrets.forEach(builder::defaultApplication);
        if (tokenLifetimeSeconds != null) {
            builder.tokenLifetime(Duration.ofSeconds(tokenLifetimeSeconds));
        }
        rejectUnusable("", () -> azureOptions.applyTo(builder));
        var faults = new ArmFaults();
        rejectUnusable("--arm-fault: ", () -> armFaults.forEach(faults::add));
        // They share Entra ID's address, since az can be pointed at one address for all of them.
        return builder.besideEntra(RegistryEndpoint::new)
                .besideEntra(ofAzure -> new ArmEndpoint(ofAzure, faults))
                .start();
    }

    /** A file that was given, or one that only its owner can read, which is removed with the emulator's own. */
    private Path findSecretFile(PodIdentityEmulator azure, List<String> secrets) throws IOException {
        if (!secretFiles.isEmpty()) {
            return secretFiles.get(0);
        }
        WritableFolder folder = WritableFolder.of(azure.certificateAuthority());
        Path file = folder.root().resolve("application.secret");
        folder.replaceForOwner(file, (secrets.get(0) + "\n").getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private List<EmulatedPod> podsToPrint(PodIdentityEmulator azure) {
        if (pod == null) {
            return azure.pods();
        }
        try {
            return List.of(azure.pod(pod));
        } catch (IllegalArgumentException unknown) {
            throw wrongUse(String.valueOf(unknown.getMessage()));
        }
    }

    private Shell chooseShell() {
        return shell == null ? Shell.usualOn(System.getProperty("os.name", "")) : shell;
    }

    private void print(Served served) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? served.json() : introduce(served));
        out.flush();
    }

    private String introduce(Served served) {
        return inCluster ? served.introductionInCluster() : served.introduction();
    }

    private void describeAndWatch(ServedManifests manifests, PodIdentityEmulator azure) {
        manifests.describe().forEach(this::log);
        manifests.watch(azure, this::log);
    }

    private void log(String text) {
        log(new LogLine("podid", text));
    }

    private void log(Object line) {
        PrintWriter log = spec.commandLine().getErr();
        log.println(line);
        log.flush();
    }

    /** Runs what reads an option, and reports what the option cannot be as wrong use. */
    private void rejectUnusable(String messagePrefix, Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException | ManifestException e) {
            throw wrongUse(messagePrefix + e.getMessage());
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
