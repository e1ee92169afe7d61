package database

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

const (
	// parametersPage is how many parameters a page has (as Amazon RDS's).
	parametersPage = 100
	// applyingTakes is how long a parameter is being applied that needs no restart.
	applyingTakes = 10 * time.Second
)

func getParameters(
	c *api.Call, in *lightsail.GetRelationalDatabaseParametersInput,
) (*lightsail.GetRelationalDatabaseParametersOutput, error) {
	d, err := api.Target[database.Database](c)
	if err != nil {
		return nil, err
	}
	all := d.Parameters(c.Now)
	page, next, err := api.Page(c, parametersPage, in.PageToken, d.Resource.ID, 0, func(after, limit int) ([]int, error) {
		places := []int{}
		for at := after; at < min(len(all), after+limit); at++ {
			places = append(places, at)
		}
		return places, nil
	}, func(at int) int { return at + 1 })
	out := &lightsail.GetRelationalDatabaseParametersOutput{Parameters: make([]types.RelationalDatabaseParameter, len(page)), NextPageToken: next}
	for i, at := range page {
		out.Parameters[i] = d.ShowParameter(all[at])
	}
	return out, err
}

// updateParameters changes parameters, all or none. Of each, only the name, the value and the method are read:
// clients send the others as they got them.
func updateParameters(
	c *api.Call, in *lightsail.UpdateRelationalDatabaseParametersInput,
) (*lightsail.UpdateRelationalDatabaseParametersOutput, error) {
	d, err := targetIn(c, "update", database.Available, database.Modifying, database.BackingUp)
	if err != nil {
		return nil, err
	}
	events, seen := []string{}, map[string]bool{}
	for i, p := range in.Parameters {
		name := aws.ToString(p.ParameterName)
		switch {
		case p.ParameterName == nil:
			return nil, api.MissingParameters(fmt.Sprintf("parameters.%d.member.parameterName", i+1))
		case p.ParameterValue == nil:
			return nil, api.MissingParameters(fmt.Sprintf("parameters.%d.member.parameterValue", i+1))
		case seen[name]:
			return nil, api.InvalidParams("The parameter %s is given more than once.", name)
		}
		seen[name] = true
		message, err := d.SetParameter(name, *p.ParameterValue, aws.ToString(p.ApplyMethod), c.Now, c.After(applyingTakes))
		if err != nil {
			return nil, api.Refused(err)
		}
		events = append(events, message)
	}
	if err := c.Save(d); err != nil {
		return nil, err
	}
	for _, message := range events {
		if err := event(c, d, database.ConfigurationEvent, message); err != nil {
			return nil, err
		}
	}
	op := c.Record(d.Resource)
	op.OperationDetails = new("") // observed
	return &lightsail.UpdateRelationalDatabaseParametersOutput{Operations: []types.Operation{*op}}, nil
}
