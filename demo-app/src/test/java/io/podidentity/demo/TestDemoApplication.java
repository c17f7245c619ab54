package io.podidentity.demo;

import io.podidentity.emulator.PodIdentityEmulator;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The demo with an emulated Azure, for {@code mvn spring-boot:test-run}: no account, no az, no network. Settings in
 * {@code -Dspring-boot.run.arguments="--demo.…"} override those of the emulator.
 */
public class TestDemoApplication {
    public static void main(String[] args) {
        PodIdentityEmulator azure = PodIdentityEmulator.start();
        // Must be set before the first TLS connection, because the JDK reads it only once.
        System.setProperty("javax.net.ssl.trustStore", azure.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");

        SpringApplication application = new SpringApplication(DemoApplication.class);
        application.addInitializers(new EmulatedAzure(azure), TestDemoApplication::announce);
        // So that the address of the page is the last line, until somebody opens it.
        application.setDefaultProperties(Map.of("logging.level.io.podidentity.tokenprovider", "warn"));
        application.run(args);
    }

    /** The first line of the start, as the last one is the demo's own. */
    private static void announce(ConfigurableApplicationContext context) {
        LoggerFactory.getLogger(TestDemoApplication.class)
                .info(
                        "The page will be at http://localhost:{}/ in some seconds, with an emulated Azure",
                        context.getEnvironment().getProperty("server.port"));
    }
}
