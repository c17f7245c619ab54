// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The program that stands in for kubectl is a shell script")
class ContainerVariablesTest {

    private static final String CRON_JOB = """
            {"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [
              {"name": "other"},
              {"name": "main",
               "envFrom": [{"prefix": "P_", "configMapRef": {"name": "settings"}}, {"secretRef": {"name": "keys"}}],
               "env": [
                 {"name": "HOST", "value": "h"},
                 {"name": "URL", "value": "http://$(HOST):$(PORT)/$$(HOST)"},
                 {"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}},
                 {"name": "GONE", "valueFrom": {"configMapKeyRef": {"name": "unreadable", "key": "x"}}},
                 {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "key"}}},
                 {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                 {"name": "LD_PRELOAD", "value": "/tmp/x.so"},
                 {"name": "PATH", "value": "/app"}]}]}}}}}}
            """;

    @TempDir
    private Path folder;

    private Kubectl kubectl;

    @BeforeEach
    void script() throws Exception {
        Path file = folder.resolve("kubectl");
        Files.writeString(file, """
                #!/bin/sh
                echo "$*" >> "%s"
                case "$*" in
                *'configmap settings'*) echo '{"data": {"mode": "fast", "JAVA_TOOL_OPTIONS": "-javaagent:x"}}' ;;
                *'secret keys'*) echo '{"data": {"key": "c2VjcmV0"}}' ;;
                *) echo 'Error from server (Forbidden): no' >&2; exit 1 ;;
                esac
                """.formatted(folder.resolve("calls")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        kubectl = Kubectl.find(Map.of("PATH", folder.toString()));
    }

    private static KubernetesJson container() throws Exception {
        return ContainerVariables.container(new KubernetesJson(Json.object(CRON_JOB)), "main");
    }

    @Test
    void variables_always_areTextsAndConfigMapsButNoSecrets() throws Exception {
        ContainerVariables variables = ContainerVariables.read(kubectl, container(), false);

        assertThat(variables.readable())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "P_mode", "fast",
                        "P_JAVA_TOOL_OPTIONS", "-javaagent:x",
                        "HOST", "h",
                        "URL", "http://h:$(PORT)/$(HOST)",
                        "MODE", "fast",
                        "LD_PRELOAD", "/tmp/x.so",
                        "PATH", "/app"));
        assertThat(variables.unreadable()).containsExactly("all of secret keys", "GONE", "KEY", "NODE");
        assertThat(folder.resolve("calls")).content().doesNotContain("secret");
    }

    @Test
    void names_always_areAllThatThereIsWithoutReadingAnything() throws Exception {
        assertThat(ContainerVariables.names(container()))
                .containsExactly(
                        "HOST",
                        "URL",
                        "MODE",
                        "GONE",
                        "KEY",
                        "NODE",
                        "LD_PRELOAD",
                        "PATH",
                        "all of configmap settings",
                        "all of secret keys");
        assertThat(folder.resolve("calls")).doesNotExist();
    }

    @Test
    void variables_withSecrets_haveThoseToo() throws Exception {
        ContainerVariables variables = ContainerVariables.read(kubectl, container(), true);

        assertThat(variables.readable()).containsEntry("KEY", "secret").containsEntry("key", "secret");
        assertThat(variables.toString()).contains("KEY").doesNotContain("secret");
    }
}
