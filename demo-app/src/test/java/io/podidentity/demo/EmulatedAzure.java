package io.podidentity.demo;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzureSettings;
import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/** Points the application to an emulator, whatever variables the shell has, and stops both together. */
record EmulatedAzure(PodIdentityEmulator azure)
        implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    private static final String COMMAND_LINE = "commandLineArgs";

    /** The application's settings for this emulator. */
    Map<String, Object> settings() {
        Map<String, Object> settings = EmulatedAzureSettings.of(azure);
        settings.put("demo.storage.endpoint", azure.storage().toString());
        settings.put("demo.storage.container", "samples");
        return settings;
    }

    /** The same, and that the storage client trusts its certificate. */
    Map<String, Object> trusted() {
        Map<String, Object> settings = settings();
        settings.put("demo.storage.ssl-bundle", "emulated-azure");
        return settings;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        MapPropertySource source = new MapPropertySource("emulated Azure", settings());
        MutablePropertySources sources = context.getEnvironment().getPropertySources();
        if (sources.contains(COMMAND_LINE)) {
            sources.addAfter(COMMAND_LINE, source);
        } else {
            sources.addFirst(source);
        }
        ApplicationListener<ContextClosedEvent> closing = event -> azure.close();
        context.addApplicationListener(closing);
    }
}
