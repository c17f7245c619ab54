package io.podidentity.emulator.cli;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves until SIGTERM or SIGINT, then ends with exit code 0. */
@Command(
        name = "serve",
        description = "Serves Entra ID, the node's metadata service and a storage account on 127.0.0.1, until it"
                + " is ended. Its tokens are worth nothing anywhere else.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    private static final String CLUSTER_VARIABLE = "KUBERNETES_SERVICE_HOST";

    @Parameters(paramLabel = "PATH", description = "Manifests; not accepted yet: the node's identity is served.")
    private List<String> paths = new ArrayList<>();

    @Option(names = "--json", description = "Print the addresses as one line of JSON.")
    private boolean json;

    @Option(names = "--imds-port", defaultValue = "0", paramLabel = "N", description = "Default: any free port.")
    private int imdsPort;

    @Option(names = "--entra-port", defaultValue = "0", paramLabel = "N", description = "Default: any free port.")
    private int entraPort;

    @Option(names = "--storage-port", defaultValue = "0", paramLabel = "N", description = "Default: any free port.")
    private int storagePort;

    @Option(
            names = "--token-lifetime",
            paramLabel = "SECONDS",
            description = "Default: 3600 from Entra, 86400 from the metadata service.")
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
            description = "A failure of Resource Manager for the next request that fits: METHOD PATH-PART STATUS CODE,"
                    + " such as \"PUT federatedIdentityCredentials 409 Conflict\"; STATUS failed lets the operation fail"
                    + " that the request began. May be given more than once.")
    private List<String> armFaults = new ArrayList<>();

    @Option(names = "--allow-in-cluster", description = "Run even inside a Kubernetes pod.")
    private boolean allowInCluster;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Map<String, String> environment;

    ServeCommand() {
        this(System.getenv());
    }

    ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        checkUse();
        PrintWriter out = spec.commandLine().getOut();
        try (ApplicationSecrets secrets = secrets();
                PodIdentityEmulator azure = start(secrets)) {
            var served = new Served(azure, secrets.file());
            out.println(json ? served.json() : served.introduction());
            out.flush();
            awaitSignal(azure, secrets);
        }
        return 0;
    }

    private void checkUse() {
        if (!paths.isEmpty()) {
            throw wrongUse("Manifests are not accepted yet (" + paths.get(0)
                    + "): this version serves the identity of the node. Run serve without a PATH.");
        }
        if (environment.containsKey(CLUSTER_VARIABLE) && !allowInCluster) {
            throw wrongUse(CLUSTER_VARIABLE + " is set, so this looks like a pod in a cluster, where a made-up Azure"
                    + " does harm. Add --allow-in-cluster if you mean it.");
        }
        if (tokenLifetimeSeconds != null && tokenLifetimeSeconds < 1) {
            throw wrongUse("--token-lifetime must be 1 or more, not " + tokenLifetimeSeconds);
        }
    }

    private ApplicationSecrets secrets() {
        try {
            return secretFiles.isEmpty() ? ApplicationSecrets.create() : ApplicationSecrets.read(secretFiles);
        } catch (NoSuchFileException e) {
            throw wrongUse("Cannot use the secret file: " + e.getFile() + " does not exist");
        } catch (IOException e) {
            throw wrongUse("Cannot use the secret file: " + e.getMessage());
        }
    }

    private PodIdentityEmulator start(ApplicationSecrets secrets) {
        PrintWriter log = spec.commandLine().getErr();
        var builder = PodIdentityEmulator.builder()
                .ports(imdsPort, entraPort, storagePort)
                .onRequest(request -> {
                    log.println(request);
                    log.flush();
                });
        for (String secret : secrets.values()) {
            builder.defaultApplication(secret);
        }
        if (tokenLifetimeSeconds != null) {
            builder.tokenLifetime(Duration.ofSeconds(tokenLifetimeSeconds));
        }
        PodIdentityEmulator azure = builder.start();
        try {
            armFaults.forEach(azure.faults()::resourceManager);
        } catch (IllegalArgumentException e) {
            azure.close();
            throw wrongUse("--arm-fault: " + e.getMessage());
        }
        return azure;
    }

    /** SIGTERM and SIGINT end the JVM by its hooks; only {@code halt} can then still choose the exit code. */
    private static void awaitSignal(PodIdentityEmulator azure, ApplicationSecrets secrets) throws InterruptedException {
        var hook = new Thread(() -> {
            azure.close();
            secrets.close();
            Runtime.getRuntime().halt(0);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            new CountDownLatch(1).await();
        } finally {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
