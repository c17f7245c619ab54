// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.doctor.Diagnosis.Verdict;
import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exit code 0, 1 or 3 by its verdict, 2 if there is no kubectl, no cluster or no such namespace. */
@Command(
        name = "doctor",
        description = "Finds out why pods of a running cluster do not get their Azure identity, with your own"
                + " kubectl and your rights. Changes nothing in the cluster.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:healthy",
            "1:something is wrong",
            "2:wrong use, no kubectl, no cluster or no such namespace",
            "3:not known: a right is missing, or it is too early to say"
        },
        footer = {
            "",
            "Examples:",
            "  podid doctor -n shop",
            "  podid doctor -n shop deployment/orders --blob https://ACCOUNT.blob.core.windows.net/CONTAINER"
        },
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {

    /** A constant, since java.util.logging forgets the level of a logger to which nobody refers. */
    private static final Logger LOG_OF_LIBRARY = Logger.getLogger("io.podidentity.tokenprovider");

    enum Format {
        text,
        json
    }

    @Parameters(
            paramLabel = "WORKLOAD",
            arity = "0..1",
            description = "One workload, NAME or KIND/NAME, in detail. Default: all workloads of the namespace"
                    + " that should have an identity.")
    private @Nullable String workload;

    @Mixin
    private final Kubectl.Options cluster = new Kubectl.Options();

    @Option(
            names = "--no-token",
            description = "Do not create a token of the service account, and do not ask Entra ID or storage.")
    private boolean noToken;

    @Option(
            names = "--blob",
            paramLabel = "URL",
            description = "A container to read with the token, https://ACCOUNT.blob.core.windows.net/CONTAINER."
                    + " Shows whether the identity has the role.")
    private @Nullable URI blob;

    @Option(
            names = "--authority-host",
            paramLabel = "URL",
            description = "The address of Entra ID in another cloud. Default: the address that the pod has, else"
                    + " that of the public cloud.")
    private @Nullable String authorityHost;

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            description = "The tenant of the identity. Default: the tenant that the pod has.")
    private @Nullable String tenant;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Certificates (PEM) to trust for Entra ID and storage in place of the JVM's, behind a proxy"
                    + " that intercepts TLS.")
    private @Nullable Path authorities;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES}. Default: text")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Format format;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Map<String, String> environment;

    public DoctorCommand() {
        this(System.getenv());
    }

    DoctorCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        // The library's log announces whose tokens it gives, which the report says already.
        LOG_OF_LIBRARY.setLevel(Level.WARNING);
        var options = new TrialOptions(!noToken, authorityHost, tenant, requireSafeAddress(), loadAuthorities());
        try {
            Diagnosis diagnosis = examine(options);
            print(diagnosis);
            return exitCode(diagnosis.verdict());
        } catch (KubectlException e) {
            throw new UnusableInputException(
                    spec.commandLine(), (e.message() + "\n  " + e.kind().remedy()).stripTrailing());
        }
    }

    private Diagnosis examine(TrialOptions options) throws KubectlException, InterruptedException {
        Kubectl kubectl = cluster.findKubectl(environment);
        String namespace = cluster.namespace().isPresent() ? cluster.namespace().get() : readNamespace(kubectl);
        Live live = new LiveReading(kubectl, namespace).readCluster();
        var examination = new Examination(live, kubectl, options);
        Diagnosis diagnosis = examination.examine(Optional.ofNullable(workload));
        if (workload != null && diagnosis.workloads().isEmpty()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "There is no " + workload + " in the namespace " + namespace + "; it has: "
                            + String.join(", ", examination.listWorkloadNames()));
        }
        return diagnosis;
    }

    private void print(Diagnosis diagnosis) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == Format.json ? JsonDiagnosis.write(diagnosis) + "\n" : TextDiagnosis.write(diagnosis));
        out.flush();
    }

    private static int exitCode(Verdict verdict) {
        return switch (verdict) {
            case HEALTHY -> 0;
            case BROKEN -> 1;
            case UNKNOWN -> 3;
        };
    }

    /** The namespace of the current context of kubectl. */
    private static String readNamespace(Kubectl kubectl) throws InterruptedException {
        String found = kubectl.run("config", "view", "--minify", "--output=jsonpath={..namespace}")
                .stdout()
                .strip();
        // A context that names no namespace means this one.
        return found.isEmpty() ? "default" : found;
    }

    /** A token is sent to the address of --blob, so anything but a plain address over TLS is refused. */
    private @Nullable URI requireSafeAddress() {
        if (blob != null && !isSafeAddress(blob)) {
            throw new ParameterException(
                    spec.commandLine(), "--blob wants https://ACCOUNT.blob.core.windows.net/CONTAINER");
        }
        return blob;
    }

    private static boolean isSafeAddress(URI address) {
        return "https".equals(address.getScheme()) && address.getHost() != null && address.getQuery() == null;
    }

    private @Nullable SSLContext loadAuthorities() {
        if (authorities == null) {
            return null;
        }
        try (InputStream in = Files.newInputStream(authorities)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number, authority);
                number++;
            }
            return createContext(store);
        } catch (IOException | GeneralSecurityException e) {
            throw new ParameterException(spec.commandLine(), "--ca " + authorities + ": " + e.getMessage());
        }
    }

    /** A context that trusts these authorities alone. */
    private static SSLContext createContext(KeyStore authorities) throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
