package io.podidentity.podid.check.rules;

import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rules.binding.AssignedInDefault;
import io.podidentity.podid.check.rules.binding.BehaviorAnnotation;
import io.podidentity.podid.check.rules.binding.BindingUnused;
import io.podidentity.podid.check.rules.binding.BindingWithoutIdentity;
import io.podidentity.podid.check.rules.binding.CrossNamespace;
import io.podidentity.podid.check.rules.binding.EmptyLabel;
import io.podidentity.podid.check.rules.binding.IdentityUnused;
import io.podidentity.podid.check.rules.binding.LabelAsAnnotation;
import io.podidentity.podid.check.rules.binding.LabelKey;
import io.podidentity.podid.check.rules.binding.LabelMissing;
import io.podidentity.podid.check.rules.binding.LabelNotOnTemplate;
import io.podidentity.podid.check.rules.binding.LabelWithoutBinding;
import io.podidentity.podid.check.rules.binding.NameCollision;
import io.podidentity.podid.check.rules.binding.OtherNamespace;
import io.podidentity.podid.check.rules.binding.RequestedIdentityNotBound;
import io.podidentity.podid.check.rules.binding.SelectorMissing;
import io.podidentity.podid.check.rules.binding.SeveralIdentities;
import io.podidentity.podid.check.rules.identity.ClientIdForm;
import io.podidentity.podid.check.rules.identity.FieldNameCase;
import io.podidentity.podid.check.rules.identity.FieldType;
import io.podidentity.podid.check.rules.identity.IdentityType;
import io.podidentity.podid.check.rules.identity.MalformedResourceId;
import io.podidentity.podid.check.rules.identity.MissingFields;
import io.podidentity.podid.check.rules.identity.Placeholder;
import io.podidentity.podid.check.rules.identity.ResourceIdCase;
import io.podidentity.podid.check.rules.identity.SecretKeys;
import io.podidentity.podid.check.rules.identity.SecretNotFound;
import io.podidentity.podid.check.rules.identity.SecretReferenceIncomplete;
import io.podidentity.podid.check.rules.identity.SecretValue;
import io.podidentity.podid.check.rules.identity.UnknownField;
import io.podidentity.podid.check.rules.identity.UnusedFields;
import java.util.List;

/** All rules, by number. */
public final class AllRules {

    public static final List<Rule> LIST = List.of(
            new ResourceIdCase(),
            new MalformedResourceId(),
            new FieldNameCase(),
            new FieldType(),
            new UnknownField(),
            new LabelAsAnnotation(),
            new LabelKey(),
            new LabelNotOnTemplate(),
            new BindingUnused(),
            new BindingWithoutIdentity(),
            new IdentityUnused(),
            new EmptyLabel(),
            new LabelMissing(),
            new LabelWithoutBinding(),
            new SelectorMissing(),
            new RequestedIdentityNotBound(),
            new SeveralIdentities(),
            new AssignedInDefault(),
            new BehaviorAnnotation(),
            new CrossNamespace(),
            new NameCollision(),
            new OtherNamespace(),
            new MissingFields(),
            new UnusedFields(),
            new IdentityType(),
            new SecretKeys(),
            new SecretNotFound(),
            new SecretReferenceIncomplete(),
            new SecretValue(),
            new ClientIdForm(),
            new Placeholder());

    private AllRules() {}
}
