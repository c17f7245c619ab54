package io.podidentity.demo;

import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/** Gives the application settings that only the command line overrides, whatever variables the shell has. */
record EmulatedSettings(Map<String, Object> settings)
        implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    private static final String COMMAND_LINE = "commandLineArgs";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        MapPropertySource source = new MapPropertySource("emulated Azure", settings);
        MutablePropertySources sources = context.getEnvironment().getPropertySources();
        if (sources.contains(COMMAND_LINE)) {
            sources.addAfter(COMMAND_LINE, source);
        } else {
            sources.addFirst(source);
        }
    }
}
