package io.podidentity.demo;

import io.podidentity.emulator.PodIdentityEmulator;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;

/**
 * The demo beside an emulated Azure, for {@code mvn spring-boot:test-run}: no account, no az, no network. Settings given
 * with {@code -Dspring-boot.run.arguments="--demo.…"} win over the emulator's.
 */
public class TestDemoApplication {
    public static void main(String[] args) {
        PodIdentityEmulator azure = PodIdentityEmulator.start();
        // Before anything opens TLS: the JDK reads it once.
        System.setProperty("javax.net.ssl.trustStore", azure.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");

        SpringApplication application = new SpringApplication(DemoApplication.class);
        application.addInitializers(new EmulatedAzure(azure));
        application.run(args);
        LoggerFactory.getLogger(TestDemoApplication.class)
                .info("This Azure is emulated: metadata service {}, storage {}", azure.imds(), azure.storage());
    }
}
