// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.apiserver.ServedCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What is said to who cannot borrow; the real kubectl asks a served cluster. */
class RunCommandTest {

    private static final List<String> ACCOUNTS = List.of("sa/orders", "sa/billing");

    @TempDir
    static Path folder;

    private static ServedCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        BorrowedCluster.assumeKubectl();
        cluster = BorrowedCluster.served(1);
        cluster.writeKubeconfig(folder.resolve("config"));
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Exit code, and what it printed on standard error. */
    private static String run(String... arguments) {
        return run(folder.resolve("config"), arguments);
    }

    private static String run(Path kubeconfig, String... arguments) {
        var all = new ArrayList<>(List.of("--kubeconfig", kubeconfig.toString()));
        all.addAll(List.of(arguments));
        var err = new StringWriter();
        var command = new CommandLine(new RunCommand())
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    line.getErr().println("podid: " + failure.getMessage());
                    return 1;
                });
        return command.execute(all.toArray(String[]::new)) + " " + err;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    sts/unlabelled | their template lacks the label azure.workload.identity/use: "true" | name it: sa/orders
                    pod/old        | gets its identity from aad-pod-identity                            | podid migrate
                    pod/bound      | identity binding                                                   | a proxy of the cluster
                    sa/plain       | lacks the annotation azure.workload.identity/client-id             | kubectl annotate serviceaccount plain
                    deploy/none    | deployments.apps "none" not found                                  | kubectl get deploy,sts
                    """)
    void run_ofWhatCannotBeBorrowed_saysWhyAndWhatToDo(String workload, String why, String remedy) {
        assertThat(run(workload, "--", "true")).startsWith("1 podid: ").contains(why, remedy);
    }

    @Test
    void run_byWhoMayNotCreateTokens_printsTheRole() {
        assertThat(run("--context", "dev", "deploy/orders", "--", "true"))
                .startsWith("1 ")
                .contains(
                        "User \"dev\" needs the verb \"create\" on serviceaccounts/token in namespace default",
                        "--verb=create --resource=serviceaccounts/token --resource-name=orders",
                        " --user=dev");
    }

    @Test
    void run_withTheRoleThatWasPrinted_runs() throws Exception {
        String printed = run("--context", "dev", "deploy/orders", "--", "true");
        String commands = printed.substring(printed.indexOf("kubectl create role "));
        String role = "---\n" + yamlOf(commands.strip());
        try (ServedCluster granted = BorrowedCluster.servedWith(role)) {
            Path kubeconfig = folder.resolve("granted");
            granted.writeKubeconfig(kubeconfig);

            assertThat(run(kubeconfig, "--context", "dev", "--no-check", "deploy/orders", "--", "true"))
                    .startsWith("0 ");
        }
    }

    /** What is granted for one account is neither in the way of another's nor taken away by it. */
    @Test
    void run_withTheRolesOfTwoAccounts_runsForBoth() throws Exception {
        String billing = """
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: billing, annotations: {azure.workload.identity/client-id: %s}}
                """.formatted(BorrowedCluster.CLIENT_ID);
        var roles = new StringBuilder(billing);
        try (ServedCluster refusing = BorrowedCluster.servedWith(billing)) {
            for (String account : ACCOUNTS) {
                String printed = ofAccount(refusing, account);
                roles.append("---\n")
                        .append(yamlOf(printed.substring(printed.indexOf("kubectl create role "))
                                .strip()));
            }
        }
        try (ServedCluster granted = BorrowedCluster.servedWith(roles.toString())) {
            for (String account : ACCOUNTS) {
                assertThat(ofAccount(granted, account)).as(account).startsWith("0 ");
            }
        }
    }

    private static String ofAccount(ServedCluster of, String account) throws Exception {
        Path kubeconfig = of.writeKubeconfig(folder.resolve("two"));
        String tenant = "--tenant=" + BorrowedCluster.TENANT_ID;
        return run(kubeconfig, "--context", "dev", "--no-check", tenant, account, "--", "true");
    }

    /** What the administrator's kubectl would create by the commands. */
    private static String yamlOf(String commands) throws Exception {
        String dry = " --dry-run=client -o yaml --kubeconfig=" + folder.resolve("config");
        Process kubectl = new ProcessBuilder("sh", "-c", commands.replace(" && ", dry + " && echo --- && ") + dry)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String yaml = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(kubectl.waitFor()).isZero();
        return yaml;
    }

    @Test
    void run_withVariablesByName_saysWhatThereIs() {
        assertThat(run("--no-check", "deploy/orders", "--", "true"))
                .contains("it gets none of the container's own variables; --env NAME adds one of GREETING");
        assertThat(run("--no-check", "--env=GREETING", "--env", "OTHER", "deploy/orders", "--", "true"))
                .startsWith("2 The container has no variable OTHER that can be read. There is GREETING");
    }

    @Test
    void run_whereNothingIsToRunOrNobodyIsNamed_isWrongUse() {
        assertThat(run("deploy/orders")).startsWith("2 Which program?");
        for (String workload : List.of("orders", "svc/orders", "deploy/", "deploy/-x", "/x")) {
            assertThat(run("--", workload, "true")).as(workload).startsWith("2 Whose identity?");
        }
        assertThat(run("deploy/orders", "--env-secrets", "--", "true")).startsWith("2 --env-secrets needs --env");
    }

    @Test
    void run_withoutACluster_saysHowToChooseOne() {
        assertThat(run("--context", "none", "deploy/orders", "--", "true"))
                .contains("kubectl config get-contexts", "az aks get-credentials");
    }
}
