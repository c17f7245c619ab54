// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import io.podidentity.stage.DemoStage;
import org.springframework.boot.SpringApplication;

/**
 * The demo with an emulated Azure, for {@code mvn spring-boot:test-run}: no account, no az, no network. The page has
 * switches for the place where the demo seems to run and for what is broken. Settings in
 * {@code -Dspring-boot.run.arguments="--demo.…"} override those of the emulator.
 */
public final class TestDemoApplication {
    private TestDemoApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(DemoApplication::main)
                .with(DemoStage.class)
                .withAdditionalProfiles("emulated")
                .run(args);
    }
}
