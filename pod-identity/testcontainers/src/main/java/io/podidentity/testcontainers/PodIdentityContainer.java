// SPDX-License-Identifier: Apache-2.0
package io.podidentity.testcontainers;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * An emulated Azure in a container: Entra ID, the metadata service of a node, a cluster with the pods of manifests, and
 * a storage account, from the image that {@code podid/Dockerfile} builds. All addresses lead from the test to the
 * container; its tokens are worth nothing anywhere else.
 *
 * <p>Thread-safety: set it up and start it from one thread; what it knows while it runs can be asked by all. Lifecycle:
 * files for the test are in a folder of their own until it stops. No argument is null, and no method returns null.
 *
 * @since 0.1.0
 */
public final class PodIdentityContainer extends GenericContainer<PodIdentityContainer> {

    private static final int DISCOVERY = 10_100;
    /** Those behind the discovery port that have a purpose; behind them are those of the pods. */
    private static final int SERVERS = 7;

    private static final int PODS = 16;
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration ATTEMPT = Duration.ofMillis(100);
    private static final int LOG_LINES = 20;

    private final List<String> options = new ArrayList<>();
    private final List<String> manifests = new ArrayList<>();
    private double timeScale = 500;
    private int podPorts = PODS;
    private String pod = "";
    private volatile @Nullable Azure azure;

    /** @param image podid's image, as {@code podid/Dockerfile} builds it */
    public PodIdentityContainer(DockerImageName image) {
        super(image);
    }

    /** Adds files and folders with manifests of a cluster; none is a machine without a cluster. */
    public PodIdentityContainer withManifests(Path... paths) {
        for (Path path : paths) {
            Path name = requireNonNull(path.toAbsolutePath().normalize().getFileName(), "name");
            String inside = "/manifests/" + manifests.size() + "/" + name;
            // Readable for the container's user, whoever owns the files here.
            withCopyFileToContainer(MountableFile.forHostPath(path, 0755), inside);
            manifests.add(inside);
        }
        return this;
    }

    /**
     * The pod in which the program under test is; otherwise it is on the node.
     *
     * @param pod {@code namespace/name}, or the name alone of a pod in {@code default}; the one pod that stands for a
     *     workload has the workload's name
     */
    public PodIdentityContainer withPod(String pod) {
        this.pod = requireNonNull(pod, "pod");
        return this;
    }

    /**
     * What runs in the cluster: {@code 1.5.4}, {@code 1.6.3}, {@code 1.8.17}, {@code managed} or
     * {@code workload-identity}; by default what the manifests ask for.
     */
    public PodIdentityContainer withProfile(String profile) {
        return withOptions("--profile", profile);
    }

    /** How many times faster than real ones the cluster's waits are; 500 by default. */
    public PodIdentityContainer withTimeScale(double timesFaster) {
        this.timeScale = timesFaster;
        return this;
    }

    /** How many pods of the manifests can have a metadata service of their own, each at a port; 16 by default. */
    public PodIdentityContainer withPodPorts(int count) {
        this.podPorts = count;
        return this;
    }

    /** Further options of {@code podid serve}, such as {@code "--role", "WHO=ROLE"}. */
    public PodIdentityContainer withOptions(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    @Override
    protected void configure() {
        addExposedPorts(ports().toArray());
        var command = new ArrayList<>(List.of("serve", "--bind", "0.0.0.0", "--ports", Integer.toString(DISCOVERY)));
        command.addAll(List.of("--await-exposed", "--json", "--time-scale", Double.toString(timeScale)));
        command.addAll(options);
        command.addAll(manifests);
        setCommand(command.toArray(String[]::new));
    }

    private IntStream ports() {
        return IntStream.rangeClosed(DISCOVERY, DISCOVERY + SERVERS + podPorts);
    }

    /** Tells podid the ports of this machine, which are known only now, and waits until it serves there. */
    @Override
    protected void waitUntilContainerStarted() {
        var discovery = new DiscoveryClient(URI.create("http://" + getHost() + ":" + getMappedPort(DISCOVERY)));
        var mapped = new TreeMap<Integer, Integer>();
        ports().forEach(port -> mapped.put(port, getMappedPort(port)));
        long end = System.nanoTime() + START.toNanos();
        while (!discovery.expose(getHost(), mapped)) {
            if (!isRunning()) {
                throw new ContainerLaunchException("podid has ended:\n" + endOfLog());
            }
            if (System.nanoTime() - end > 0) {
                throw new ContainerLaunchException("podid does not serve after " + START + ":\n" + endOfLog());
            }
            LockSupport.parkNanos(ATTEMPT.toNanos());
        }
        azure = Azure.of(discovery);
    }

    private String endOfLog() {
        List<String> lines = getLogs().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    @Override
    public void stop() {
        super.stop();
        Azure stopped = azure;
        azure = null;
        if (stopped != null) {
            stopped.close();
        }
    }

    private Azure azure() {
        Azure running = azure;
        if (running == null) {
            throw new IllegalStateException("The container is not running: start it, or let @Container start it");
        }
        return running;
    }

    /**
     * The variables of a program in the pod of {@link #withPod}, or else on the node. A token in a file is a copy of
     * now: ask again for a newer one.
     *
     * @throws IllegalStateException if it is not running, or the cluster does not create the pod
     * @throws IllegalArgumentException if there is no such pod; the message names those that are there
     */
    public Map<String, String> environment() {
        return pod.isEmpty() ? azure().environment() : environmentOf(pod);
    }

    /**
     * The variables of a program in a pod; the files that they name are files of this machine.
     *
     * @param pod as for {@link #withPod}
     * @throws IllegalStateException if it is not running, or the cluster does not create the pod
     * @throws IllegalArgumentException if there is no such pod; the message names those that are there
     */
    public Map<String, String> environmentOf(String pod) {
        String name = pod.contains("/") ? pod : "default/" + pod;
        return Collections.unmodifiableMap(azure().environmentOf(name));
    }

    /** The metadata service of the node. */
    public URI imds() {
        return azure().address("imds");
    }

    /** Entra ID and the Resource Manager, which is the authority host of clients. */
    public URI entra() {
        return azure().address("entra");
    }

    /** The storage account. */
    public URI storage() {
        return azure().address("storage");
    }

    /** The tenant, a GUID. */
    public String tenantId() {
        return azure().text("tenantId");
    }

    /** A PEM file with the CA that signed the certificate of Entra and storage; there until the container stops. */
    public Path certificateAuthority() {
        return azure().certificateAuthority();
    }

    /** The client side of TLS, which trusts that CA and those the JDK trusts by default. */
    public SSLContext sslContext() {
        return azure().sslContext();
    }
}
