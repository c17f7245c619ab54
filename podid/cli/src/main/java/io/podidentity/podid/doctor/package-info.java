/**
 * {@code podid doctor}: what keeps the pods of a running cluster from their identity. {@code DoctorCommand} lets
 * {@code LiveReading} read the cluster, and {@code Examination} judges what was read. Each judgement is a {@code Link}:
 * the classes whose names end in Links, {@code WorkloadPods} and {@code TokenTrial} make them.
 */
@NullMarked
package io.podidentity.podid.doctor;

import org.jspecify.annotations.NullMarked;
