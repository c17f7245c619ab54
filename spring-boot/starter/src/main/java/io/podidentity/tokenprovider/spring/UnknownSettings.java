// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The settings below {@code token-provider.} that the starter does not know, such as those with a slip of the pen.
 *
 * @param environment of the application
 */
record UnknownSettings(ConfigurableEnvironment environment) {
    private static final Logger LOG = LoggerFactory.getLogger(UnknownSettings.class);

    private static final String PREFIX = "token-provider";

    private static final String ENVIRONMENT = "TOKEN_PROVIDER_ENVIRONMENT_";

    /** The members of what several settings have. */
    private static final String MEMBER = "(ENABLED|RESOURCE|IDENTITY|IDENTITIES.+)";

    /** The variables that Boot binds, without their underscores, which Boot writes in two ways. */
    private static final Pattern KNOWN_VARIABLE = Pattern.compile("TOKENPROVIDER(DEADLINE|CONNECTIONSTRING|IDENTITY"
            + "|AGENTBLUEPRINT(CLIENTID|TENANTID|MANAGEDIDENTITYCLIENTID)|AGENTS.+"
            + "|RESOURCES\\d*|IDENTITIES.+|BEARER\\d+(URL|RESOURCE|IDENTITY)|CLIENTASSERTION.+"
            + "|(DATASOURCE|REDIS|KAFKA)" + MEMBER + ")");

    /** The variables with which Kubernetes tells of a service named token-provider. */
    private static final Pattern OF_A_SERVICE = Pattern.compile("TOKEN_PROVIDER_(SERVICE_(HOST|PORT.*)|PORT.*)");

    /** What is there to be set, as a person writes it. */
    static final List<String> KNOWN = List.of(
            "token-provider.deadline",
            "token-provider.connection-string",
            "token-provider.environment.NAME",
            "token-provider.identities.NAME.connection-string",
            "token-provider.identities.NAME.client-id",
            "token-provider.identities.NAME.tenant-id",
            "token-provider.identity",
            "token-provider.agent-blueprint.client-id",
            "token-provider.agent-blueprint.tenant-id",
            "token-provider.agent-blueprint.managed-identity-client-id",
            "token-provider.agents.NAME.client-id",
            "token-provider.agents.NAME.user-principal-name",
            "token-provider.agents.NAME.user-object-id",
            "token-provider.resources",
            "token-provider.bearer[0].url",
            "token-provider.bearer[0].resource",
            "token-provider.bearer[0].identity",
            "token-provider.client-assertion.NAME.source",
            "token-provider.client-assertion.NAME.client-id",
            "token-provider.client-assertion.NAME.identity",
            "token-provider.client-assertion.NAME.file",
            "token-provider.datasource.enabled",
            "token-provider.datasource.resource",
            "token-provider.datasource.identity",
            "token-provider.datasource.identities.BEAN",
            "token-provider.redis.enabled",
            "token-provider.redis.resource",
            "token-provider.redis.identity",
            "token-provider.kafka.enabled",
            "token-provider.kafka.resource",
            "token-provider.kafka.identity");

    /** @throws TokenProviderSettingException for one in a file or on the command line; a variable is warned of */
    void check() {
        warnOfVariables();
        if (!isAnySet()) {
            // Most applications have none. Then nothing is bound a second time at their start.
            return;
        }
        try {
            Binder.get(environment)
                    .bind(
                            PREFIX,
                            Bindable.of(TokenProviderProperties.class),
                            new NoUnboundElementsBindHandler(BindHandler.DEFAULT, source -> true));
        } catch (BindException e) {
            if (e.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
                throw describeUnknown(unbound);
            }
            throw e;
        }
    }

    private boolean isAnySet() {
        ConfigurationPropertyName prefix = ConfigurationPropertyName.of(PREFIX);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.containsDescendantOf(prefix) != ConfigurationPropertyState.ABSENT) {
                return true;
            }
        }
        return false;
    }

    private static TokenProviderSettingException describeUnknown(UnboundConfigurationPropertiesException unbound) {
        String names = unbound.getUnboundProperties().stream()
                .map(property -> property.getName().toString())
                .collect(Collectors.joining(", "));
        String origins = unbound.getUnboundProperties().stream()
                .map(ConfigurationProperty::getOrigin)
                .filter(origin -> origin != null)
                .map(Object::toString)
                .distinct()
                .collect(Collectors.joining(", "));
        String first =
                unbound.getUnboundProperties().iterator().next().getName().toString();
        return new TokenProviderSettingException(
                names + (origins.isEmpty() ? "" : " (" + origins + ")") + " is set and is no setting of the starter.",
                nearest(first).map(name -> "Did you mean " + name + "? ").orElse("")
                        + "Correct it, or remove it. docs/spring-boot.md lists all settings.");
    }

    /** The setting whose letters differ least from those of the name; empty where all of them differ much. */
    static Optional<String> nearest(String name) {
        String letters = keepLetters(name);
        return KNOWN.stream()
                .min(Comparator.comparingInt(known -> measureDistance(keepLetters(known), letters)))
                .filter(known -> measureDistance(keepLetters(known), letters) <= 3);
    }

    private static String keepLetters(String name) {
        return name.replaceAll("\\[\\d+]|[^A-Za-z]", "").toLowerCase(Locale.ROOT);
    }

    /** How many letters have to be added, left out or changed (Levenshtein). */
    private static int measureDistance(String from, String to) {
        int[] last = new int[to.length() + 1];
        for (int j = 0; j < last.length; j++) {
            last[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] next = new int[last.length];
            next[0] = i;
            for (int j = 1; j < next.length; j++) {
                int change = last[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                next[j] = Math.min(change, 1 + Math.min(last[j], next[j - 1]));
            }
            last = next;
        }
        return last[to.length()];
    }

    private void warnOfVariables() {
        PropertySource<?> variables =
                environment.getPropertySources().get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        if (variables instanceof EnumerablePropertySource<?> named) {
            Stream.of(named.getPropertyNames())
                    .filter(name -> name.startsWith("TOKEN_PROVIDER_") || name.startsWith("TOKENPROVIDER_"))
                    .forEach(UnknownSettings::warnOf);
        }
    }

    private static void warnOf(String variable) {
        if (variable.startsWith(ENVIRONMENT)) {
            String meant = variable.substring(ENVIRONMENT.length());
            LOG.warn(
                    "The variable {} has no effect, because it cannot be told from it which variable is meant."
                            + " Set {} itself, or token-provider.environment.{} in a file.",
                    variable,
                    meant,
                    meant);
        } else if (!KNOWN_VARIABLE.matcher(variable.replace("_", "")).matches()
                && !OF_A_SERVICE.matcher(variable).matches()) {
            LOG.warn(
                    "The variable {} has no effect: it is no setting of the starter. Correct it, or remove it;"
                            + " docs/spring-boot.md lists all settings.",
                    variable);
        }
    }
}
