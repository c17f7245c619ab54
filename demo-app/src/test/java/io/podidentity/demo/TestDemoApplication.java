package io.podidentity.demo;

import io.podidentity.emulator.PodIdentityEmulator;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;

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
        application.addInitializers(new EmulatedAzure(azure));
        application.run(args);
        LoggerFactory.getLogger(TestDemoApplication.class)
                .info("This Azure is emulated: metadata service {}, storage {}", azure.imds(), azure.storage());
    }
}
