// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LoadedClassesTest {
    @Test
    void of_whenPackagesMove_findsTheClassesOfTheJar() {
        LoadedClasses classes = LoadedClasses.of("""
                [0.010s][info][class,load] java.lang.Object source: shared objects file
                [0.100s][info][class,load] org.example.Program source: file:/program/classes/
                [0.101s][info][class,load] org.example.moved.Facade source: file:/jars/token-provider.jar
                [0.102s][info][class,load] org.example.moved.deep.Source source: file:/jars/token-provider.jar
                [0.103s][info][class,load] org.example.moved.Facade$$Lambda$14/0x01 source: org.example.moved.Facade
                [0.104s][info][class,load] org.example.Peer source: file:/jars/peer.jar
                """, Path.of("/jars/token-provider.jar"));

        assertThat(classes.all()).isEqualTo(6);
        assertThat(classes.fromClassPath()).isEqualTo(4);
        assertThat(classes.own())
                .containsExactly(
                        "org.example.moved.Facade",
                        "org.example.moved.deep.Source",
                        "org.example.moved.Facade$$Lambda$14/0x01");
    }
}
