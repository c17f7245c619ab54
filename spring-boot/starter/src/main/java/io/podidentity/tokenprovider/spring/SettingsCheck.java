// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Sees to it that no setting is without effect in silence. What cannot have any fails the start; what turns out to have
 * none, once the application runs, is warned of with the remedy.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class SettingsCheck implements ApplicationListener<ApplicationReadyEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsCheck.class);

    /** A bean that is lazy only if all are. */
    private static final String ORDINARY = "tokenIdentities";

    private final TokenProviderProperties settings;
    private final ConfigurableListableBeanFactory beans;
    private final Set<Feature> used = EnumSet.noneOf(Feature.class);
    private final Map<Feature, List<String>> passedOver = new EnumMap<>(Feature.class);

    /** @throws TokenProviderSettingException if a setting cannot have an effect */
    SettingsCheck(
            TokenProviderProperties settings,
            ConfigurableEnvironment environment,
            ConfigurableListableBeanFactory beans) {
        this.settings = settings;
        this.beans = beans;
        new UnknownSettings(environment).check();
        ClassLoader classLoader = beans.getBeanClassLoader();
        for (Feature feature : Feature.values()) {
            if (feature.isAskedForBy(settings) && classLoader != null) {
                feature.requireLibrary(classLoader);
            }
        }
    }

    /** Notes that something uses the tokens. */
    synchronized void use(Feature feature) {
        used.add(feature);
    }

    /** Notes why something that could use the tokens does not. */
    synchronized void passOver(Feature feature, String reason) {
        passedOver.computeIfAbsent(feature, unused -> new ArrayList<>()).add(reason);
    }

    /** After all beans were made, and so what the application keeps. */
    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        // Where beans are made when they are needed, what is not there yet may still come.
        if (isLazy()) {
            return;
        }
        for (Feature feature : Feature.values()) {
            if (feature.isAskedForBy(settings) && feature.isNoticedIfUnused() && !isUsed(feature)) {
                LOG.warn(feature.complaint(reasons(feature)));
            }
        }
    }

    private boolean isLazy() {
        return beans.containsBeanDefinition(ORDINARY)
                && beans.getBeanDefinition(ORDINARY).isLazyInit();
    }

    private synchronized boolean isUsed(Feature feature) {
        return used.contains(feature);
    }

    private synchronized List<String> reasons(Feature feature) {
        return List.copyOf(passedOver.getOrDefault(feature, List.of()));
    }
}
