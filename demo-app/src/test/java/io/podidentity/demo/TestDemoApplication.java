package io.podidentity.demo;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.stage.Stage;
import io.podidentity.stage.StageController;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Duration;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The demo with an emulated Azure, for {@code mvn spring-boot:test-run}: no account, no az, no network. The page has
 * switches for the place where the demo seems to run and for what is broken. Settings in
 * {@code -Dspring-boot.run.arguments="--demo.…"} override those of the emulator.
 */
public final class TestDemoApplication {
    /** Short, so that people see the token's life go by. */
    private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(15);

    private static final ManagedIdentity NODE = new ManagedIdentity(
            "aks-nodepool1", "20000000-0000-4000-8000-000000000005", "20000000-0000-4000-8000-000000000006", true);

    private final Stage stage;
    private final String[] args;
    private ConfigurableApplicationContext context;

    private TestDemoApplication(Stage stage, String... args) {
        this.stage = stage;
        this.args = args;
        this.context = run();
    }

    public static void main(String[] args) {
        PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .identity(ManagedIdentity.named("podid-identity"), NODE)
                .tokenLifetime(TOKEN_LIFETIME)
                .start();
        // Must be set before the first TLS connection, because the JDK reads it only once.
        System.setProperty("javax.net.ssl.trustStore", azure.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
        Stage stage = new Stage(azure);
        Runtime.getRuntime().addShutdownHook(new Thread(stage::close, "stage-end"));
        new TestDemoApplication(stage, args);
    }

    private ConfigurableApplicationContext run() {
        SpringApplication application = new SpringApplication(DemoApplication.class);
        application.addInitializers(
                new EmulatedSettings(stage.settings()), this::switches, TestDemoApplication::announce);
        // So that the address of the page is the last line, until somebody opens it.
        application.setDefaultProperties(Map.of("logging.level.io.podidentity.tokenprovider", "warn"));
        return application.run(args);
    }

    private void switches(ConfigurableApplicationContext context) {
        ((GenericApplicationContext) context)
                .registerBean(
                        StageController.class,
                        () -> new StageController(
                                stage, context.getBean(AzureServiceTokenProvider.class), this::restart));
    }

    /** A pod does not become a laptop: another place is another process, or as good as one. */
    private void restart() {
        Thread thread = new Thread(this::startAgain, "stage-change");
        thread.setDaemon(false);
        thread.start();
    }

    private synchronized void startAgain() {
        context.close();
        context = run();
    }

    /** The first line of the start, as the last one is the demo's own. */
    private static void announce(ConfigurableApplicationContext context) {
        LoggerFactory.getLogger(TestDemoApplication.class)
                .info(
                        "The page will be at http://localhost:{}/ in some seconds, with an emulated Azure",
                        context.getEnvironment().getProperty("server.port"));
    }
}
