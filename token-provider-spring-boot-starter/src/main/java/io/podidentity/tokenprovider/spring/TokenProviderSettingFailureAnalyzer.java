package io.podidentity.tokenprovider.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains, instead of a stack trace, which setting of the token provider is wrong, and what to do. */
final class TokenProviderSettingFailureAnalyzer extends AbstractFailureAnalyzer<TokenProviderSettingException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TokenProviderSettingException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}
