// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.podid.apiserver.ServedCluster;
import io.podidentity.podid.input.ProfileOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Serves a cluster with the test double of its API server, for e2e's steps with kubectl: the first line is that of
 * {@code podid serve --json}, files that change are applied. It ends with SIGTERM.
 */
@Command
final class ServedClusterMain implements Callable<Integer> {

    @Parameters
    private List<String> paths = new ArrayList<>();

    @Option(names = "--kubeconfig", required = true)
    private Path kubeconfig;

    @Option(names = "--user")
    private List<String> users = new ArrayList<>();

    @Option(names = "--longest-token", defaultValue = "86400")
    private long longestTokenSeconds;

    @Option(names = "--time-scale", defaultValue = "1")
    private double timeScale;

    @Mixin
    private ProfileOptions profile = new ProfileOptions();

    @Mixin
    private AzureOptions azureOptions = new AzureOptions();

    @Spec
    private CommandSpec spec;

    private ServedClusterMain() {}

    /**
     * Starts it.
     *
     * @param arguments options as {@code podid serve} has them, and those above
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ServedClusterMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        ServedManifests manifests = ServedManifests.read(paths, profile, Optional.empty());
        var builder = PodIdentityEmulator.builder()
                .nmi(NmiSettings.of(manifests.rules()))
                .timeScale(timeScale)
                .onLog(System.err::println);
        azureOptions.applyTo(builder);
        var cluster = new ServedCluster(
                builder,
                manifests::current,
                spec.commandLine().getParseResult().hasMatchedOption("--identity-binding"),
                Duration.ofSeconds(longestTokenSeconds),
                users);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        cluster.writeKubeconfig(kubeconfig);
        PodIdentityEmulator azure = cluster.azure();
        System.out.println(new Served(azure, Path.of("none"), azure.entra(), azure.pods(), Shell.sh).json());
        manifests.watch(azure, text -> System.err.println(new LogLine("podid", text)));
        Thread.currentThread().join();
        return 0;
    }
}
