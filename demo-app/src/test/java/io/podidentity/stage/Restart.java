// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import io.podidentity.demo.TestDemoApplication;
import java.util.stream.Stream;
import org.springframework.boot.ApplicationArguments;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the demo anew in another place: a pod does not become a laptop. */
record Restart(ConfigurableApplicationContext context, ApplicationArguments arguments) {

    /** Returns before the demo has ended, so that the request can be answered. */
    void in(Host host) {
        Thread thread = new Thread(() -> startAgain(host), "stage-change");
        thread.setDaemon(false);
        thread.start();
    }

    private void startAgain(Host host) {
        context.close();
        String option = "--" + DemoStage.HOST + "=";
        TestDemoApplication.main(Stream.concat(
                        Stream.of(arguments.getSourceArgs()).filter(argument -> !argument.startsWith(option)),
                        Stream.of(option + host))
                .toArray(String[]::new));
    }
}
